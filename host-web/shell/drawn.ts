// When the first picture is there: what it does not need is loaded after it.

/** Ends the waiting: the canvas shows the run, or a notice says why it does not. */
export let setDrawn = () => {};

export const drawn = new Promise<void>((resolve) => (setDrawn = resolve));

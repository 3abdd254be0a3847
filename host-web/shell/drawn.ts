// When the first picture is there: what it does not need is loaded after it.

/** Ends the waiting: the canvas shows the run, or a notice says why it does not. */
export let setDrawn = () => {};

export const drawn = new Promise<void>((resolve) => (setDrawn = resolve));

/** Pixels below the window at which a place is about to be seen. */
const NEAR = 400;

/** When the first picture is there, and a place on the page is seen or nearly so. */
export async function seen(place: Element): Promise<void> {
  await drawn;
  await new Promise<void>((resolve) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        resolve();
      },
      { rootMargin: `${NEAR}px 0px` },
    );
    observer.observe(place);
  });
}

// How long tests wait for what goes on outside of them, a process or a page: as long as it makes progress. Seconds say little, for a machine
// that does other work takes ten times as many.

/** Milliseconds for a whole test, of which the longest takes a tenth on a quiet machine: the end of a hang that shows signs of life. */
export const LONGEST = 1_800_000;

export interface Patience {
  /** Looks in a row that find nothing new, after which something hangs. */
  looks: number;
  /** Milliseconds between two of them; a busy machine looks less often. */
  pause: number;
}

const USUAL: Patience = { looks: 300, pause: 1000 };

/** Calls `giveUp` once, when look after look `sign` has told the same. Dispose of the watch when what it is for has ended. */
export function watch(sign: () => unknown, giveUp: () => void, patience: Patience = USUAL): Disposable {
  const { looks, pause } = patience;
  let [before, same, ended] = [undefined as unknown, 0, false];
  const look = async () => {
    // A page that is about to show another document cannot be asked, which is a sign of life.
    const now = await Promise.resolve()
      .then(sign)
      .catch(() => Symbol());
    if (ended) return;
    same = now === before ? same + 1 : 0;
    before = now;
    if (same < looks) timer = setTimeout(look, pause);
    else giveUp();
  };
  let timer = setTimeout(look, pause);
  return {
    [Symbol.dispose]() {
      ended = true;
      clearTimeout(timer);
    },
  };
}

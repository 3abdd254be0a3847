// For the negative control of docstrings.test.ts.

export class Bare {}

/** Told. */
export class Told {
  /** Told. */
  told(): void {}
  bare(): void {}
}

export const bare = 1;
/** Told. */
export const told = 1;

// How many steps a submission makes, from the time that those before it took.

import { describe, expect, it } from "vitest";
import { Budget } from "../../src/device/budget.ts";

describe("the budget of a submission", () => {
  /** The lengths of submissions to a GPU that takes so many milliseconds a step, after a slow first one. */
  const lengths = (perStep: (submission: number) => number, count: number, remaining = 1e9, most = 1e9) => {
    const budget = new Budget();
    return Array.from({ length: count }, (_, i) => {
      const steps = budget.next(remaining, most);
      budget.record(steps, steps * perStep(i));
      return steps;
    });
  };

  it("starts with one step and ignores the time of the first, in which drivers compile", () => {
    const budget = new Budget();
    expect(budget.next(1000, 1000)).toBe(1);
    budget.record(1, 1e6);
    expect(budget.expected(10)).toBe(0);
    expect(budget.next(1000, 1000)).toBe(1);
    budget.record(1, 0.5);
    expect(budget.expected(10)).toBeCloseTo(5, 12);
    expect(budget.next(1000, 1000)).toBe(4);
  });

  it.each([0.02, 0.1, 1, 7])("settles at 30 ms for %d ms a step, growing at most fourfold", (perStep) => {
    const all = lengths(() => perStep, 12);
    for (let i = 1; i < all.length; i++) expect(all[i]).toBeLessThanOrEqual(4 * all[i - 1]);
    const last = all.at(-1)! * perStep;
    expect(last).toBeGreaterThan(30 - perStep - 1e-9);
    expect(last).toBeLessThanOrEqual(30 + 1e-9);
  });

  it("sends single steps where one takes longer, and a bounded number where the clock shows nothing", () => {
    expect(lengths(() => 400, 5)).toEqual([1, 1, 1, 1, 1]);
    expect(Math.max(...lengths(() => 0, 40))).toBeLessThanOrEqual(4 ** 39);
    expect(lengths(() => 0, 40, 1e9, 1024).at(-1)).toBe(1024);
  });

  it("never exceeds what remains or what fits", () => {
    for (const [remaining, most] of [
      [3, 1000],
      [1000, 3],
      [1, 1],
    ]) {
      const all = lengths(() => 0.02, 10, remaining, most);
      expect(Math.max(...all)).toBe(Math.min(remaining, most));
      expect(Math.min(...all)).toBe(1);
    }
  });

  it("follows a GPU that becomes a hundred times slower within three submissions", () => {
    const all = lengths((i) => (i < 10 ? 0.02 : 2), 16);
    expect(all[9]).toBeGreaterThan(1000);
    expect(all[13] * 2).toBeLessThan(60);
  });
});

// Would gibbs validate notice? One fault of each kind here; `node scripts/mutations.js` makes them all.

import { describe, expect, it } from "vitest";
import { faults } from "../../scripts/faults.js";
import { changedBy, validatedWith } from "../../scripts/mutate.js";

/** Without the kind whose only fault slows the model down so that its validation takes minutes. */
const slow = (kind: string) => !__GIBBS_TEST_LONG__ && kind === "f32 rounding";
const kinds = [...new Set(faults.map(({ kind }) => kind))].filter((kind) => !slow(kind));

describe("a seeded fault is caught", () => {
  it.each(kinds)("%s", async (kind) => {
    const fault = faults.find((one) => one.kind === kind)!;
    const oracles = (await validatedWith(fault, { first: true })).map(({ oracle }) => oracle);
    expect(
      oracles.filter((oracle) => oracle !== "an error"),
      fault.what,
    ).not.toEqual([]);
  });

  it("and without one everything passes, as kernels.test.ts shows of all models", async () => {
    expect(await validatedWith({ ...faults[0], models: ["curie-weiss"], edits: [] })).toEqual([]);
  });

  it.each(faults)("still finds its place: $what", (fault) => {
    expect(changedBy(fault).size).toBeGreaterThan(0);
  });
});

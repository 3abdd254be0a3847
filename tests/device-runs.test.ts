// Runs that are watched, and stop in a valid state.

import { describe, expect, it, vi } from "vitest";
import { ising, type Progress } from "../src/index.ts";
import { digestAfter, ENDLESS, OPTIONS, rejection } from "./device-lattices.ts";
import { device, reference } from "./devices.ts";

describe("a run can be watched and stopped", () => {
  it("by a signal, at once after the submission in flight, in a valid state", async () => {
    using lattice = await ising.create(device, OPTIONS);
    const controller = new AbortController();
    const reason = new Error("enough");
    const seen: number[] = [];
    let seenAtAbort = 0;
    const abort = () => {
      seenAtAbort = seen.length;
      controller.abort(reason);
    };
    const onProgress = ({ done }: Progress) => {
      if (seen.push(done) === 3) setTimeout(abort, 10); // most likely with a submission in flight
    };
    expect(await rejection(lattice.run(ENDLESS, { signal: controller.signal, onProgress }))).toBe(reason);
    expect(seen.length - seenAtAbort).toBeLessThanOrEqual(1);
    expect(lattice.steps).toBe(seen.at(-1));
    expect(lattice.steps).toBeGreaterThan(0);
    const { steps } = lattice;
    const saved = await lattice.checkpoint();
    expect(await lattice.digest()).toBe(await digestAfter(steps));
    const expected = await digestAfter(steps + 10);
    using continued = await ising.restore(device, saved);
    for (const one of [lattice, continued]) {
      await one.run(10);
      expect(one.steps).toBe(steps + 10);
      expect(await one.digest()).toBe(expected);
    }
  });

  it("while measuring: the series holds what the state has passed", async () => {
    using lattice = await ising.create(device, OPTIONS);
    const controller = new AbortController();
    const series = lattice.series();
    const onProgress = ({ done }: Progress) => {
      if (done >= 5) controller.abort();
    };
    const run = lattice.run(ENDLESS, { signal: controller.signal, onProgress, record: { series, every: 3 } });
    expect((await rejection(run))?.name).toBe("AbortError");
    const count = Math.floor(lattice.steps / 3);
    expect(series.steps).toEqual(Array.from({ length: count }, (_, i) => 3 * (i + 1)));
    using whole = await ising.create(device, OPTIONS);
    const expected = (await whole.collect(count, { every: 3 })).column("energy");
    expect(Array.from(series.column("energy"))).toEqual(Array.from(expected));
  });

  it("an already aborted signal runs nothing", async () => {
    for (const on of [device, reference]) {
      using lattice = await ising.create(on, OPTIONS);
      const submit = vi.spyOn(device, "submit");
      const error = await rejection(lattice.run(10, { signal: AbortSignal.abort() }));
      expect(submit).not.toHaveBeenCalled();
      submit.mockRestore();
      expect(error?.name).toBe("AbortError");
      expect(lattice.steps).toBe(0);
      await lattice.run(1);
      expect(lattice.steps).toBe(1);
    }
  });

  it("progress rises from 0 to the total", async () => {
    for (const on of [device, reference]) {
      using lattice = await ising.create(on, OPTIONS);
      await lattice.run(2);
      const seen: Progress[] = [];
      await lattice.run(30, { onProgress: (progress) => void seen.push({ ...progress }) });
      expect(seen[0]).toEqual({ done: 0, total: 30 });
      expect(seen.at(-1)).toEqual({ done: 30, total: 30 });
      seen.slice(1).forEach(({ done, total }, i) => {
        expect(done).toBeGreaterThan(seen[i].done);
        expect(total).toBe(30);
      });
    }
  });

  it("an error in onProgress ends the run with that error and nothing else", async () => {
    using lattice = await ising.create(device, OPTIONS);
    const mine = new Error("mine");
    const onProgress = ({ done }: Progress) => {
      if (done > 0) throw mine;
    };
    expect(await rejection(lattice.run(100, { onProgress }))).toBe(mine);
    expect(await lattice.digest()).toBe(await digestAfter(lattice.steps));
  });

  it("submissions of a real run grow at most fourfold", async () => {
    using lattice = await ising.create(device, { ...OPTIONS, size: [512, 512] });
    const seen: number[] = [];
    const controller = new AbortController();
    const onProgress = ({ done }: Progress) => {
      seen.push(done);
      if (seen.length === 12) controller.abort();
    };
    await rejection(lattice.run(ENDLESS, { signal: controller.signal, onProgress }));
    const lengths = seen.slice(1).map((done, i) => done - seen[i]);
    expect(lengths[0]).toBe(1);
    for (let i = 1; i < lengths.length; i++) expect(lengths[i]).toBeLessThanOrEqual(4 * lengths[i - 1]);
  });
});

// Checkpoints of every model, damaged by chance or written anew by someone who knows the format: they are refused, or continue to numbers.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GibbsError, models, type Simulation } from "../../../src/index.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../../src/models/checkpoint.ts";
import { device, reference } from "../../devices.ts";
import { anything, cases, damaged, ended, numbersIn, TIMEOUT, tricky } from "./arbitraries.ts";

/** Seconds after which a continued run is stopped. */
const MOST_SECONDS = 1;

/** Values that JSON holds. */
const json = fc.oneof(
  fc.constantFrom(null, true, -1, 0, 1.5, 1e308, 2 ** 53, "", "1", "-1", "NaN", "1e9", [], {}, [[]], [null]),
  anything.filter((value) => {
    try {
      return JSON.stringify(value)?.length < 5000;
    } catch {
      return false;
    }
  }),
  fc.jsonValue(),
);

type Path = (string | number)[];
function pathsOf(value: unknown, path: Path = []): Path[] {
  const inside = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [path, ...inside.slice(0, 40).flatMap(([name, each]) => pathsOf(each, [...path, name]))];
}

function replaced(value: unknown, [name, ...rest]: Path, by: unknown, drop: boolean): unknown {
  if (name === undefined) return by;
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  const own = copy as Record<string, unknown>;
  if (rest.length === 0 && drop) delete own[name];
  else own[name] = replaced(own[name], rest, by, drop);
  return copy;
}

describe.each(models)("$name", (model) => {
  const { parameters, steps = 3 } = model.examples.short;
  let bytes: Promise<Uint8Array> | undefined;
  const made = () => {
    bytes ??= (async () => {
      using simulation: Simulation = await model.create(reference, parameters);
      await simulation.run(Math.min(2, steps));
      return await simulation.checkpoint({ header: { own: [1] }, sections: { note: new Uint8Array(8) } });
    })();
    return bytes;
  };

  /** Restores and runs a step further. */
  const continued = (file: Uint8Array, on: Parameters<typeof model.restore>[0]) =>
    ended(async () => {
      using simulation = await model.restore(on, file);
      const stop = new AbortController();
      const end = performance.now() + 1000 * MOST_SECONDS;
      const onProgress = () => void (performance.now() > end && stop.abort(new GibbsError("It was stopped.")));
      const series = simulation.series();
      await simulation.run(1, { signal: stop.signal, onProgress, record: { series, every: 1 } });
      await simulation.conclude?.();
      const estimates = series.length > 0 ? model.estimate(simulation, series, [0]) : {};
      return { estimates, digest: await simulation.digest(), array: (await simulation.array()).data };
    });
  const check = async (file: Uint8Array, on: Parameters<typeof model.restore>[0]) => {
    const outcome = await continued(file, on);
    if (outcome instanceof GibbsError) return;
    const wrong = [...numbersIn(outcome)].filter(
      ([path, value]) => !Number.isFinite(value) && !/^\.estimates\.[^.]+\.(error|tau)/.test(path),
    );
    expect(wrong.slice(0, 5)).toEqual([]);
  };

  it(
    "any damage is found",
    async () => {
      const file = await made();
      const start = file.subarray(0, 4000);
      await fc.assert(
        fc.asyncProperty(fc.oneof(damaged(start), fc.uint8Array({ maxLength: 200 })), async (bad) => {
          const changed = new Uint8Array(Buffer.concat([bad, file.subarray(4000)]));
          if (Buffer.compare(changed, file) === 0) return;
          expect(await ended(() => model.restore(reference, changed))).toBeInstanceOf(GibbsError);
        }),
        cases(20),
      );
    },
    TIMEOUT,
  );

  it(
    "a header or sections written anew are refused, or continue to numbers",
    async () => {
      const checkpoint = await decodeCheckpoint(await made());
      const paths = pathsOf(checkpoint.header).filter((path) => path.length > 0);
      const names = Object.keys(checkpoint.sections);
      const header = fc.record({ path: fc.constantFrom(...paths), by: json, drop: fc.boolean() });
      const section = fc.record({
        name: names.length > 0 ? fc.constantFrom(...names) : tricky,
        what: fc.nat({ max: 4 }),
        at: fc.nat(),
        fill: fc.nat({ max: 255 }),
      });
      const changedHeader = ({ path, by, drop }: { path: Path; by: unknown; drop: boolean }) => ({
        ...checkpoint,
        header: replaced(checkpoint.header, path, by, drop) as Record<string, unknown>,
      });
      const changedSection = ({ name, what, at, fill }: { name: string; what: number; at: number; fill: number }) => {
        const own = checkpoint.sections[name] ?? new Uint8Array(8);
        const place = own.length > 0 ? at % own.length : 0;
        const { [name]: _, ...others } = checkpoint.sections;
        const changed = [
          own.subarray(0, place),
          own.map((byte, i) => (i === place ? fill : byte)),
          new Uint8Array(own.length).fill(fill),
          Uint8Array.from([...own, ...new Uint8Array((at % 40) + 1)]),
        ][what - 1];
        return { ...checkpoint, sections: changed ? { ...checkpoint.sections, [name]: changed } : others };
      };
      await fc.assert(
        fc.asyncProperty(fc.oneof(header, section), fc.boolean(), async (edit, onGpu) => {
          const changed = "path" in edit ? changedHeader(edit) : changedSection(edit);
          await check(await encodeCheckpoint(changed), onGpu ? device : reference);
        }),
        cases(20),
      );
    },
    TIMEOUT,
  );
});

it(
  "a head that no checkpoint has is refused, whatever its SHA-256",
  async () => {
    const magic = [0x89, 0x67, 0x69, 0x62, 0x62, 0x73, 0x0d, 0x0a];
    const lengths = fc.oneof(
      json,
      fc.array(fc.tuple(fc.oneof(fc.string(), tricky, json), fc.oneof(fc.nat({ max: 20 }), fc.double(), json))),
    );
    const heads = fc.oneof(
      json,
      fc.record(
        { format: fc.oneof(fc.constant(1), json), gibbs: json, model: json, header: json, sections: lengths },
        { requiredKeys: [] },
      ),
    );
    await fc.assert(
      fc.asyncProperty(heads, fc.uint8Array({ maxLength: 40 }), async (head, rest) => {
        const text = new TextEncoder().encode(JSON.stringify(head) ?? "");
        const length = new Uint8Array(new Uint32Array([text.length]).buffer);
        const body = Uint8Array.from([...magic, ...length, ...text, ...rest]);
        const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
        const file = Uint8Array.from([...body, ...sum]);
        const decoded = await ended(() => decodeCheckpoint(file));
        if (decoded instanceof GibbsError) return;
        expect(Object.getPrototypeOf(decoded.sections)).toBe(Object.prototype);
        for (const model of models)
          expect(await ended(() => model.restore(reference, file))).toBeInstanceOf(GibbsError);
      }),
      cases(500),
    );
  },
  TIMEOUT,
);

// What the other tests wait by: hangs end, and nothing else does.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { node } from "../node/start.ts";
import { watch } from "../patience.ts";

const SOON = { looks: 8, pause: 5 };

it("what tells the same look after look is given up, once", async () => {
  const given: string[] = [];
  const watching = watch(
    () => "the same",
    () => given.push("up"),
    SOON,
  );
  while (given.length === 0) await sleep(SOON.pause);
  await sleep(20 * SOON.pause);
  watching[Symbol.dispose]();
  expect(given).toEqual(["up"]);
});

it("what tells something new in time is not, nor what has ended, nor what cannot be asked now and then", async () => {
  const given: string[] = [];
  const ask = (name: string, sign: (looks: number) => unknown) => {
    let looks = 0;
    return {
      name,
      looks: () => looks,
      watching: watch(
        () => sign(looks++),
        () => given.push(name),
        SOON,
      ),
    };
  };
  const asked = [
    ask("new", (looks) => Math.floor(looks / 5)),
    ask("failing", (looks) => {
      if (looks % 5 === 0) throw new Error("cannot be asked");
    }),
  ];
  using ended = ask("ended", () => 0).watching;
  ended[Symbol.dispose]();
  while (asked.some(({ looks }) => looks() < 5 * SOON.looks)) await sleep(SOON.pause);
  for (const { watching } of asked) watching[Symbol.dispose]();
  expect(given).toEqual([]);
});

it("a process that waits for ever is killed, and one that works on and on without a word", async () => {
  const idle = node(["--eval", `console.log("waiting"); setTimeout(() => {}, 1e9)`], {
    patience: { looks: 40, pause: 50 },
  });
  await expect(idle.ended).rejects.toThrow(/hangs, having printed:\nwaiting/);
  const busy = node(["--eval", `console.error("working"); for (;;);`], {
    silent: 1,
    patience: { looks: 1e9, pause: 50 },
  });
  await expect(busy.ended).rejects.toThrow(/hangs, having printed:\n\nworking/);
});

it("a process that ends tells how", async () => {
  const { ended } = node(["--eval", `console.log("out"); console.error("one\\ntwo"); process.exitCode = 3`]);
  expect(await ended).toEqual({
    ...{ status: 3, signal: null, stdout: "out\n", stderr: "one\ntwo\n", lines: ["one", "two"] },
  });
});

import { createServer } from "vite";

const s = await createServer({
  configFile: false,
  appType: "custom",
  logLevel: "error",
  define: { __GIBBS_VERSION__: '"0"' },
  server: { middlewareMode: true, ws: false },
  oxc: { target: "es2022" },
});
const { retrievalTemperature } = await s.ssrLoadModule("/src/models/hopfield/theory.ts");
for (const a of [0.001, 0.01, 0.05, 0.1, 0.13]) {
  const t = performance.now();
  console.log(a, retrievalTemperature(a), performance.now() - t);
}
const g = await s.ssrLoadModule("/src/index.ts");
const n = await s.ssrLoadModule("/host-node/index.ts");
const d = await n.openDevice();
for (const P of [3, 4, 5, 6, 8, 10])
  for (const o of [{ noise: 0.15 }, { covered: 0.4 }]) {
    const r = [];
    for (let cue = 0; cue < P; cue++) {
      const h = await g.hopfield.create(d, { neurons: 1024, patterns: P, pictures: "digits", cue, ...o });
      await h.run(10);
      r.push((await h.measure())[0].overlap.toFixed(2));
      h.dispose();
    }
    console.log(P, JSON.stringify(o), r.join(" "));
  }
for (const [P, io] of [
  [100, { order: 3 }],
  [100, { interaction: "exponential" }],
  [2000, { interaction: "exponential" }],
  [2000, { interaction: "exponential", beta: 0.5 }],
  [1000, { order: 6, interaction: "rectified" }],
]) {
  const r = [];
  for (let cue = 0; cue < 10; cue++) {
    const h = await g.denseMemory.create(d, {
      neurons: 1024,
      patterns: P,
      pictures: "digits",
      cue,
      covered: 0.4,
      ...io,
    });
    await h.run(4);
    r.push((await h.measure())[0].overlap.toFixed(2));
    h.dispose();
  }
  console.log(P, JSON.stringify(io), r.join(" "));
}
d.dispose();
await s.close();
process.exit(0);

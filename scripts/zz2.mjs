import { writeFileSync } from "node:fs";
import { createServer } from "vite";

const s = await createServer({
  configFile: false,
  appType: "custom",
  logLevel: "error",
  define: { __GIBBS_VERSION__: '"0"' },
  server: { middlewareMode: true, ws: false },
  oxc: { target: "es2022" },
});
const g = await s.ssrLoadModule("/src/index.ts");
const n = await s.ssrLoadModule("/host-node/index.ts");
const { png } = await s.ssrLoadModule("/src/files/png.ts");
const d = await n.openDevice();
for (const [name, o, steps] of [
  ["a", { hidden: 64 }, 3000],
  ["b", { hidden: 128, images: 4000, learningRate: 0.05 }, 3000],
  ["c", { hidden: 128, images: 4000, learningRate: 0.1, gibbs: 2 }, 3000],
]) {
  const m = await g.rbm.create(d, o);
  const t = performance.now();
  await m.run(steps);
  const dt = performance.now() - t;
  console.log(name, JSON.stringify(o), ((steps / dt) * 1000).toFixed(1), "steps/s", JSON.stringify(await m.measure()));
  await m.set({ learningRate: 0.005 });
  await m.run(500);
  await m.set({ learningRate: 0 });
  await m.run(100);
  writeFileSync(`/tmp/rbm-${name}.png`, png(await m.picture(), {}));
  console.log(JSON.stringify(await m.measure()));
  m.dispose();
}
d.dispose();
await s.close();
process.exit(0);

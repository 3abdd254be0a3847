// `node scripts/clips.js [ID,…]`: the short clips of the gallery (host-web/public/gallery/ID.webm), frame by frame from the built site in
// headless Chrome: a run as it goes on from its clip's first step.

import { writeFileSync } from "node:fs";
import { loadModules } from "./modules.js";

const SIZE = { width: 480, height: 300 };
const FRAMES_PER_SECOND = 15;
/** The picture rests at its end before it begins again. */
const REST = 8;
/** Noise of spins takes all that it is given. */
const BITS_PER_SECOND = 300_000;

const only = process.argv[2]?.split(",");
const server = await loadModules();
const { buildSite, openPage, openSite } = await server.ssrLoadModule("/tests/site/browser.ts");
const { runs } = await server.ssrLoadModule("/host-web/build/runs.ts");
await buildSite();
const site = await openSite();
try {
  for (const { id, model, link, clip } of runs) {
    if (!clip || (only && !only.includes(id))) continue;
    const frames = await framesOf(model, link, clip);
    const { page: encoder } = await openPage(site, `${site.url}files.json`);
    await encoder.addScriptTag({ path: "node_modules/mediabunny/dist/bundles/mediabunny.min.cjs" });
    const clipped = await encoder.evaluate(encode, { frames, ...SIZE, rate: FRAMES_PER_SECOND, bits: BITS_PER_SECOND });
    await encoder.close();
    writeFileSync(`host-web/public/gallery/${id}.webm`, Buffer.from(clipped, "base64"));
    process.stderr.write(`${id}: ${frames.length} frames, ${Math.round((clipped.length * 3) / 4 / 1000)} kB\n`);
  }
} finally {
  await site.close();
  await server.close();
}

/** The canvas at every `every`-th step from `from`, as JPEG in base64. */
async function framesOf(model, link, { from, every, frames: count }) {
  const start = link.replace(/([&]step=)\d+/, `$1${from}`).replace(/&view\.time=\d+/, "");
  const { page } = await openPage(site, `${site.url}${model}/?embed=canvas#${start}`, SIZE);
  const reached = (step) =>
    page.waitForFunction((n) => document.getElementById("step-count").textContent.endsWith(` ${n}`), String(step), {
      timeout: 240_000,
    });
  await page.evaluate(withoutHud);
  const frames = [];
  for (let i = 0; i < count; i++) {
    for (let step = i === 0 ? every : 0; step < every; step++) {
      await page.evaluate(() => document.getElementById("step").click());
      await reached(from + (i - 1) * every + step + 1);
    }
    await reached(from + i * every);
    await page.waitForTimeout(i === 0 ? 1500 : 150); // the picture follows
    frames.push((await page.screenshot({ type: "jpeg", quality: 90 })).toString("base64"));
  }
  await page.close();
  for (let i = 0; i < REST; i++) frames.push(frames[frames.length - 1]);
  return frames;
}

/** In the browser: VP9 in WebM, which all browsers play. */
async function encode({ frames, width, height, rate, bits }) {
  const { BufferTarget, CanvasSource, Output, WebMOutputFormat } = globalThis.Mediabunny;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { alpha: false });
  const output = new Output({ format: new WebMOutputFormat(), target: new BufferTarget() });
  const source = new CanvasSource(canvas, {
    codec: "vp9",
    bitrate: bits,
    keyFrameInterval: 60,
    latencyMode: "quality",
  });
  output.addVideoTrack(source, { frameRate: rate });
  await output.start();
  for (const [i, frame] of frames.entries()) {
    const blob = await (await fetch(`data:image/jpeg;base64,${frame}`)).blob();
    const image = await createImageBitmap(blob);
    context.drawImage(image, 0, 0, width, height);
    image.close();
    await source.add(i / rate, 1 / rate);
  }
  await output.finalize();
  const bytes = new Uint8Array(output.target.buffer);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** In the page, whose policy takes no style of others. */
function withoutHud() {
  document.getElementById("hud").style.display = "none";
}

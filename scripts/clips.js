// `node scripts/clips.js [ID,…]`: the short clips of the gallery (host-web/public/gallery/ID.webm), frame by frame from the built site in
// headless Chrome: a run as it goes on from its clip's first step, or its picture in space from all sides.

import { writeFileSync } from "node:fs";
import { loadModules } from "./modules.js";

const SIZE = { width: 480, height: 300 };
const FRAMES_PER_SECOND = 15;
/** The picture rests at its end before it begins again. */
const REST = 8;
/** Noise of spins takes all that it is given; what is drawn with lines needs less. */
const BITS_PER_SECOND = { spins: 300_000, other: 180_000 };

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
    const bits = BITS_PER_SECOND[["ising", "potts", "curie-weiss"].includes(model) ? "spins" : "other"];
    const { page: encoder } = await openPage(site, `${site.url}files.json`);
    await encoder.addScriptTag({ path: "node_modules/mediabunny/dist/bundles/mediabunny.min.cjs" });
    const clipped = await encoder.evaluate(encode, { frames, ...SIZE, rate: FRAMES_PER_SECOND, bits });
    await encoder.close();
    writeFileSync(`host-web/public/gallery/${id}.webm`, Buffer.from(clipped, "base64"));
    process.stderr.write(`${id}: ${frames.length} frames, ${Math.round((clipped.length * 3) / 4 / 1000)} kB\n`);
  }
} finally {
  await site.close();
  await server.close();
}

/** The canvas at every `every`-th step from `from`, as JPEG in base64, and how long each stays. */
async function framesOf(model, link, { from, every, frames: count, hold = 1, wait = 150, turns = false }) {
  const start = link.replace(/([&]step=)\d+/, `$1${from}`).replace(/&view\.time=\d+/, "");
  const { page } = await openPage(site, `${site.url}${model}/?embed=canvas&fit=cover#${start}`, SIZE);
  const reached = (step) =>
    page.waitForFunction((n) => document.getElementById("step-count").textContent.endsWith(` ${n}`), String(step), {
      timeout: 240_000,
    });
  await page.evaluate(withoutHud);
  await page.waitForSelector("html[data-drawn]");
  const frames = [];
  for (let i = 0; i < count; i++) {
    if (turns && i > 0) await turn(page, (2 * SIZE.width) / count);
    for (let step = i === 0 ? every : 0; step < every; step++) {
      await page.evaluate(() => document.getElementById("step").click());
      await reached(from + (i - 1) * every + step + 1);
    }
    await reached(from + i * every);
    await page.waitForTimeout(Math.max(wait, i === 0 ? 1500 : 0)); // the picture follows
    const frame = (await page.screenshot({ type: "jpeg", quality: 90 })).toString("base64");
    frames.push({ frame, stays: hold });
  }
  await page.close();
  // What has come around goes on. A player need not heed how long the last one stays.
  const last = { ...frames[frames.length - 1], stays: 1 };
  if (!turns) frames.push({ ...last, stays: REST - 1 }, last);
  return frames;
}

/** Drags the picture: over its whole width it is half a turn. */
async function turn(page, pixels) {
  const [x, y] = [SIZE.width / 2, SIZE.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + pixels, y);
  await page.mouse.up();
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
  let time = 0;
  for (const { frame, stays } of frames) {
    const blob = await (await fetch(`data:image/jpeg;base64,${frame}`)).blob();
    const image = await createImageBitmap(blob);
    context.drawImage(image, 0, 0, width, height);
    image.close();
    await source.add(time / rate, stays / rate);
    time += stays;
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

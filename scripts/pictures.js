// `node scripts/pictures.js`: the recorded pictures of the site (host-web/public/MODEL/preview.jpg) and of the README, taken from
// the built site in headless Chrome. Links make them the same every time.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadModules } from "./modules.js";

/** A heart, 32 × 32. */
const HEART =
  "32x32%3AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA______8AAAAAAAAAAP______AAAAAAAAAAAAAAAA____________AAAAAP___________wAAAAAAAAAAAP______AP______AAD______wD______wAAAAAAAAD___8AAAAAAAAA________AAAAAAAAAP___wAAAAAA____AAAAAAAAAAAA_____wAAAAAAAAAAAP___wAAAAD___8AAAAAAAAAAAD_____AAAAAAAAAAAA____AAAAAP__AAAAAAAAAAAAAAD__wAAAAAAAAAAAAAA__8AAAAA__8AAAAAAAAAAAAAAP__AAAAAAAAAAAAAAD__wAAAAD__wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP__AAAAAP__AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA__8AAAAA____AAAAAAAAAAAAAAAAAAAAAAAAAAAAAP___wAAAAAA__8AAAAAAAAAAAAAAAAAAAAAAAAAAAAA__8AAAAAAAD___8AAAAAAAAAAAAAAAAAAAAAAAAAAP___wAAAAAAAAD___8AAAAAAAAAAAAAAAAAAAAAAAD___8AAAAAAAAAAAD___8AAAAAAAAAAAAAAAAAAAAA____AAAAAAAAAAAAAAD___8AAAAAAAAAAAAAAAAAAP___wAAAAAAAAAAAAAAAAD___8AAAAAAAAAAAAAAAD___8AAAAAAAAAAAAAAAAAAAD_____AAAAAAAAAAD_____AAAAAAAAAAAAAAAAAAAAAAD_____AAAAAAAA_____wAAAAAAAAAAAAAAAAAAAAAAAAD_____AAAAAP____8AAAAAAAAAAAAAAAAAAAAAAAAAAAD_____AAD_____AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAD__________wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAD_______8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAD_____AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAD__wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP__AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

const LINKS = {
  ising: { link: "v=2&seed=11&size=512,512&temperature=2.269&start=random&step=600", counted: "step 600" },
  potts: {
    link: "v=2&seed=3&states=5&size=256,256&temperature=0.83&step=300",
    counted: "sweep 300",
  },
  "curie-weiss": {
    link: "v=2&seed=1&size=256&temperature=0.95&step=600",
    counted: "sweep 600",
  },
  hopfield: {
    link: "v=2&seed=1&neurons=1024&patterns=50&digits=1&noise=0.3&step=1",
    counted: "sweep 1",
  },
  "dense-memory": {
    link: "v=2&seed=1&neurons=784&patterns=300&digits=300&interaction=exponential&cue=3&covered=0.5&step=1",
    counted: "sweep 1",
  },
  rbm: {
    link: "v=2&seed=1&hidden=64&chains=63&step=600",
    counted: "update 600",
  },
  reservoir: {
    link: "v=2&seed=1&units=100&train=2000&test=500&starts=4&step=8",
    counted: "reservoirs 8",
  },
  ngrc: { link: "v=2&seed=1&starts=10000&step=40", counted: "forecast 40" },
  diffusion: {
    link: "v=2&seed=1&samples=4096&steps=50&step=50&view.time=44",
    counted: "step 50",
    // Of a run whose steps are kept, ways of samples say more.
    preview: "v=2&seed=1&samples=4096&steps=50&step=50&view.mode=time",
  },
  "diffusion-training": {
    link: `v=2&seed=1&width=64&layers=3&batch=64&learningRate=0.005&steps=2000&points=4000&data=${HEART}&step=2000`,
    counted: "step 2000",
  },
  dynamics: {
    link: "v=2&seed=1&example=lorenz&points=1001&step=64",
    counted: "trajectories 64",
    preview: "v=2&seed=1&example=logistic&set=r%3D2.8:4:640&until=400&transient=300&points=101&step=64",
  },
  gillespie: { link: "v=2&seed=2&example=schloegl&points=201&step=512", counted: "trajectories 512" },
};

/** node scripts/pictures.js [MODEL | texts | bench | report | gallery | RUN …]: all, or those that are named, runs of the gallery by their ids. */
const named = process.argv.slice(2);
const wanted = (...names) => named.length === 0 || names.some((name) => named.includes(name));

/** Milliseconds until the last table and plots, the master equation, samples are there. */
const SETTLING = { dynamics: 10_000, gillespie: 25_000, "diffusion-training": 8000 };

/** Pages that are no model's, and what their pictures are called. */
const TEXTS = { "": "home", "gallery/": "gallery", "docs/models/ising.html": "docs" };

const LOOKS = {
  wide: { width: 1440, height: 900 },
  dark: { width: 1440, height: 900, dark: true },
  phone: { width: 390, height: 844 },
};

/** Noise of spins makes large PNGs. */
const SMALL = { type: "jpeg", quality: 60 };

const server = await loadModules();
const { buildSite, openPage, openSite } = await server.ssrLoadModule("/tests/site/browser.ts");
await buildSite();
const site = await openSite();
try {
  for (const [model, { link, counted, preview = link }] of Object.entries(LINKS)) {
    if (!wanted(model)) continue;
    mkdirSync(`host-web/public/${model}`, { recursive: true });
    const opened = async (query, look, hash = link) => {
      const { page } = await openPage(site, `${site.url}${model}/${query}#${hash}`, look);
      await page.waitForFunction((text) => document.getElementById("step-count").textContent === text, counted, {
        timeout: 300_000,
      });
      await page.waitForTimeout(SETTLING[model] ?? 1000);
      return page;
    };
    const bare = await opened("?embed=canvas&fit=cover", { width: 640, height: 400 }, preview);
    await bare.evaluate(withoutHud);
    await bare.waitForTimeout(1000);
    await bare.screenshot({ path: `host-web/public/${model}/preview.jpg`, ...SMALL });
    await bare.close(); // or it works on behind the next
    for (const [name, look] of Object.entries(LOOKS)) {
      const page = await opened("", look);
      await page.screenshot({ path: `docs/pictures/${model}-${name}.jpg`, ...SMALL });
      await page.close();
    }
  }
  const { runs } = await server.ssrLoadModule("/host-web/build/runs.ts");
  mkdirSync("host-web/public/gallery", { recursive: true });
  for (const { id, model, link } of runs) {
    if (!wanted("gallery", id)) continue;
    const { page } = await openPage(site, `${site.url}${model}/?embed=canvas&fit=cover#${link}`, {
      width: 480,
      height: 300,
    });
    const step = /[&]step=(\d+)/.exec(link)[1];
    const isThere = (number) => document.getElementById("step-count").textContent.endsWith(` ${number}`);
    await page.waitForFunction(isThere, step, { timeout: 240_000 });
    await page.evaluate(withoutHud);
    await page.waitForTimeout(Math.min(SETTLING[model] ?? 2000, 10_000)); // the picture alone
    await page.screenshot({ path: `host-web/public/gallery/${id}.jpg`, ...SMALL });
    await page.close(); // or it works on behind the next
    process.stderr.write(`${id}\n`);
  }
  if (wanted("texts")) {
    for (const [path, name] of Object.entries(TEXTS)) {
      for (const [kind, look] of Object.entries({ ...LOOKS, tablet: { width: 820, height: 1180 } })) {
        const { page } = await openPage(site, site.url + path, look);
        await page.waitForTimeout(name === "home" ? 15_000 : 2000); // the lattice runs
        await page.screenshot({ path: `docs/pictures/${name}-${kind}.jpg`, ...SMALL });
        await page.close();
      }
    }
  }
  if (wanted("bench")) {
    for (const [name, look] of Object.entries(LOOKS)) {
      const { page } = await openPage(site, `${site.url}bench/`, look);
      await page.waitForSelector(".plot canvas");
      await page.screenshot({ path: `docs/pictures/bench-${name}.jpg`, ...SMALL });
    }
  }
  if (wanted("report")) {
    const file = join(mkdtempSync(join(tmpdir(), "gibbs-report-")), "report.html");
    spawnSync(process.execPath, ["bin/gibbs.js", "validate", "--full", "--out", file], { stdio: "inherit" });
    const { page } = await openPage(site, pathToFileURL(file).href, { width: 1200, height: 900 });
    await page.evaluate(() =>
      [...document.querySelectorAll("h2")].find((e) => /Deviations/.test(e.textContent)).scrollIntoView(),
    );
    await page.screenshot({ path: "docs/pictures/report.jpg", ...SMALL });
  }
} finally {
  await site.close();
  await server.close();
}
process.exit(0);

/** In the page, whose policy takes no style of others. */
function withoutHud() {
  document.getElementById("hud").style.display = "none";
}

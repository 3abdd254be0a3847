import { createServer } from "vite";

const s = await createServer({
  configFile: false,
  appType: "custom",
  logLevel: "error",
  define: { __GIBBS_VERSION__: '"0"' },
  server: { middlewareMode: true, ws: false },
  oxc: { target: "es2022" },
});
const { openPage, openSite } = await s.ssrLoadModule("/tests/site/browser.ts");
const site = await openSite();
const shots = process.argv.slice(2);
let i = 0;
for (const spec of shots) {
  const [path, w = "1440", h = "900", dark = ""] = spec.split("|");
  const { page, complaints } = await openPage(site, site.url + path, { width: +w, height: +h, dark: dark === "dark" });
  await page.waitForSelector("[data-ready]");
  await page.waitForTimeout(+(process.env.WAIT ?? 9000));
  await page.screenshot({ path: `/tmp/shot${i}.png`, fullPage: process.env.FULL === "1" });
  console.log(
    i++,
    path,
    complaints.join(";").slice(0, 400),
    await page.textContent("#notice"),
    await page.textContent("#step-count"),
    await page.textContent("#timing"),
  );
  await page.close();
}
await site.close();
await s.close();
process.exit(0);

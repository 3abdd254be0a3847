import { it } from "vitest";
import { openPage, openSite } from "./browser.ts";

it("look", async () => {
  const site = await openSite();
  for (const [name, o] of Object.entries({ wide: {}, dark: { dark: true }, phone: { width: 390, height: 844 } })) {
    const { page, complaints } = await openPage(site, `${site.url}ising/`, o);
    await page.waitForTimeout(3000);
    if (name === "dark") {
      for (const b of ["scan", "correlation"]) await page.click("#" + b);
      await page.waitForTimeout(9000);
      await page.click("#verify");
      await page.waitForTimeout(4000);
      await page.screenshot({ path: `/tmp/look-${name}-full.png`, fullPage: true });
    }
    await page.screenshot({ path: `/tmp/look-${name}.png` });
    if (name === "phone") await page.screenshot({ path: `/tmp/look-${name}-full.png`, fullPage: true });
    console.log(
      name,
      complaints,
      await page.evaluate(() =>
        ["notice", "hud", "equilibrium", "device", "verdict", "shared"]
          .map((id) => document.getElementById(id)!.textContent)
          .concat(location.hash),
      ),
    );
    await page.close();
  }
  await site.close();
}, 120000);

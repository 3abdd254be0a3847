// How tests start Chrome: the Chromium of @sparticuz/chromium on SwiftShader, or GIBBS_CHROME=/path/to/chrome (or an installed Chrome
// where that package has none) on the machine's own GPU.

import { existsSync } from "node:fs";
import type { LaunchOptions } from "playwright";
import { unpackChromium } from "../host-node/swiftshader.ts";
import { LONGEST } from "./patience.ts";

const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
const WEBGPU = ["--enable-unsafe-webgpu", "--enable-features=Vulkan"];
// Sets that lack one of these give blank pictures or a dying device, without an error.
const SWIFTSHADER = ["--use-webgpu-adapter=swiftshader", "--use-vulkan=swiftshader", "--use-angle=swiftshader"];

/** What Playwright is to start. */
export async function chrome(): Promise<LaunchOptions> {
  const timeout = LONGEST;
  const args = [...QUIET, ...WEBGPU];
  if (process.getuid?.() === 0) args.push("--no-sandbox"); // Chrome's sandbox refuses root
  if (process.env.GIBBS_CHROME) return { executablePath: process.env.GIBBS_CHROME, args, timeout };
  const packaged = await unpackChromium().catch((error: Error) =>
    console.warn(`chrome: ${error.message}; trying an installed one`),
  );
  if (!packaged) return { channel: "chrome", args, timeout };
  const { executablePath, libraryPath, fontsPath } = packaged;
  const fonts = existsSync("/etc/fonts/fonts.conf") ? {} : { FONTCONFIG_PATH: fontsPath };
  const env = { ...(process.env as Record<string, string>), LD_LIBRARY_PATH: libraryPath, ...fonts };
  // The package has no sandbox helper, and few kernels let a browser do without.
  return { executablePath, env, args: [...args, ...SWIFTSHADER, "--no-sandbox"], timeout };
}

// SwiftShader (a software Vulkan driver by Google) and the Chromium that carries it: found on this machine, or unpacked from
// the npm package @sparticuz/chromium. Unpacking is atomic: a folder under its final name is complete, also when several
// processes unpack at once. The package's own executablePath() is not: it writes one fixed path in place.

import { accessSync, constants, createReadStream, createWriteStream, existsSync, lstatSync, mkdirSync } from "node:fs";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { FileError } from "../src/device/errors.ts";

/** A SwiftShader on disk. `loader` is the Vulkan loader in the same folder, for systems without libvulkan. */
export interface SwiftShader {
  driver: string;
  loader: string;
  origin: string;
}

/** An unpacked browser: start it with LD_LIBRARY_PATH=libraryPath, and FONTCONFIG_PATH=fontsPath where no fonts are installed. */
export interface Chromium {
  executablePath: string;
  libraryPath: string;
  fontsPath: string;
}

// Where Debian, Ubuntu's snap, Fedora, Arch and Google's own packages put the browser.
const BROWSER_FOLDERS = [
  "/usr/lib/chromium",
  "/usr/lib/chromium-browser",
  "/usr/lib64/chromium-browser",
  "/opt/google/chrome",
  "/snap/chromium/current/usr/lib/chromium-browser",
];

/** The SwiftShaders of installed browsers. */
export function installedSwiftShaders(folders: readonly string[] = BROWSER_FOLDERS): SwiftShader[] {
  return folders.map(swiftShaderIn).filter((found) => existsSync(found.driver) && existsSync(found.loader));
}

/** The SwiftShader of @sparticuz/chromium, unpacked (15 MB, once a version). */
export async function unpackSwiftShader(): Promise<SwiftShader> {
  const browser = await browserPackage();
  const folder = await unpack(`swiftshader-${browser.version}`, (target) => untar(browser, "swiftshader", target));
  return { ...swiftShaderIn(folder), origin: `@sparticuz/chromium ${browser.version}` };
}

/** The whole browser of @sparticuz/chromium with its libraries and fonts, unpacked (220 MB, once a version). */
export async function unpackChromium(): Promise<Chromium> {
  const browser = await browserPackage();
  const folder = await unpack(`chromium-${browser.version}`, async (target) => {
    await pipeline(
      createReadStream(join(browser.archives, "chromium.br")),
      createBrotliDecompress(),
      createWriteStream(join(target, "chromium"), { mode: 0o755 }),
    );
    for (const archive of ["swiftshader", "al2023", "fonts"]) await untar(browser, archive, target);
    await writeFile(join(target, "fonts.conf"), FONTS);
  });
  return { executablePath: join(folder, "chromium"), libraryPath: join(folder, "lib"), fontsPath: folder };
}

// Replaces the package's own file, which names folders of a cloud service.
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`;

function swiftShaderIn(folder: string): SwiftShader {
  return { driver: join(folder, "vk_swiftshader_icd.json"), loader: join(folder, "libvulkan.so.1"), origin: folder };
}

interface BrowserPackage {
  archives: string;
  version: string;
}

async function browserPackage(): Promise<BrowserPackage> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new FileError(
      `@sparticuz/chromium holds programs for Linux on x64 only, this is ${process.platform} on ${process.arch}`,
    );
  }
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  } catch {
    throw new FileError("the optional npm package @sparticuz/chromium is not installed");
  }
  const root = dirname(dirname(dirname(entry))); // the entry is build/cjs/index.cjs; package.json is not among its exports
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  return { archives: join(root, "bin"), version };
}

/** Fills a folder of the cache under a temporary name, then renames it; returns at once if it is there. */
async function unpack(name: string, fill: (target: string) => Promise<void>): Promise<string> {
  const cache = cacheFolder();
  const final = join(cache, name);
  if (existsSync(final)) return final;
  const target = await mkdtemp(join(cache, `.${name}-`));
  try {
    await fill(target);
    await rename(target, final);
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    if (!existsSync(final)) throw error; // else another process was faster
  }
  return final;
}

async function untar(browser: BrowserPackage, archive: string, target: string): Promise<void> {
  const { extract } = await import("tar-fs");
  // Run by root, tar would hand the files to the strangers whose numbers stand in the archive.
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  const files = extract(target, { map: (header) => ({ ...header, uid, gid }) });
  await pipeline(createReadStream(join(browser.archives, `${archive}.tar.br`)), createBrotliDecompress(), files);
}

/** GIBBS_CACHE, else the user's cache folder, else one of our own in the temporary folder. */
function cacheFolder(): string {
  const tried: string[] = [];
  for (const folder of cacheFolders()) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(folder, constants.W_OK);
      // Code is loaded from here: a folder that someone else made in a shared place is not trusted.
      if (process.getuid === undefined || lstatSync(folder).uid === process.getuid()) return folder;
      tried.push(`${folder} belongs to another user`);
    } catch (error) {
      tried.push((error as Error).message);
    }
  }
  throw new FileError(`no folder to unpack into (set GIBBS_CACHE to one): ${tried.join("; ")}`);
}

function cacheFolders(): string[] {
  if (process.env.GIBBS_CACHE) return [process.env.GIBBS_CACHE];
  const folders = [join(tmpdir(), `gibbs-${process.getuid?.() ?? "cache"}`)];
  try {
    folders.unshift(join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gibbs"));
  } catch {
    // homedir() throws for a user without HOME and without an account, as in some containers
  }
  return folders;
}

// What the Vulkan loader of Linux sees: which driver files exist, which of them one call may use, and the loader itself.

import { readdirSync } from "node:fs";
import { constants, homedir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { isMainThread } from "node:worker_threads";

/** Lavapipe's driver files (lvp_icd.json, lvp_icd.x86_64.json …) among those that the Vulkan loader would read. */
export function lavapipeDrivers(): string[] {
  return driverFiles().filter((file) => /^lvp_icd\b.*\.json$/.test(basename(file)));
}

/** The loader's own search: VK_DRIVER_FILES (formerly VK_ICD_FILENAMES) replaces the folders, else all folders are read. */
function driverFiles(): string[] {
  const listed = process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES;
  const paths = listed ? listed.split(delimiter) : dataFolders().map((folder) => join(folder, "vulkan", "icd.d"));
  return paths.flatMap((path) => {
    if (path.endsWith(".json")) return [path];
    try {
      return readdirSync(path).map((name) => join(path, name));
    } catch {
      return []; // most of the folders exist on few systems
    }
  });
}

function dataFolders(): string[] {
  const list = (value: string | undefined, usual: string) => (value || usual).split(delimiter);
  const folders = [
    ...list(process.env.XDG_CONFIG_DIRS, "/etc/xdg"),
    "/etc",
    ...list(process.env.XDG_DATA_DIRS, "/usr/local/share:/usr/share"),
  ];
  try {
    folders.push(process.env.XDG_DATA_HOME || join(homedir(), ".local", "share"));
  } catch {
    // homedir() throws for a user without HOME and without an account
  }
  return [...new Set(folders)];
}

/**
 * Calls `request` while the Vulkan loader may see only `drivers`. Dawn reads the variable in the synchronous part of each
 * instance's first requestAdapter, so it is put back at once: child processes and other adapters of this process keep theirs.
 */
export function withDrivers<T>(drivers: readonly string[], request: () => T): T {
  // In a worker process.env is a copy that C code does not see: the choice would be ignored without a word.
  if (!isMainThread)
    throw new Error("a driver cannot be chosen in a worker thread; open the device in the main thread");
  const before = process.env.VK_DRIVER_FILES;
  process.env.VK_DRIVER_FILES = drivers.join(delimiter);
  try {
    return request();
  } finally {
    if (before === undefined) delete process.env.VK_DRIVER_FILES;
    else process.env.VK_DRIVER_FILES = before;
  }
}

/** Why Dawn would find no Vulkan loader by its name; undefined where one is in the process by now. */
export const systemLoaderFailure = (): string | undefined => loadLibrary("libvulkan.so.1");

/** Makes sure that a Vulkan loader is in the process: the system's own, else the given one; Dawn then finds it by its name. */
export function ensureVulkanLoader(bundled: string): void {
  if (systemLoaderFailure() !== undefined) {
    const reason = loadLibrary(bundled);
    if (reason !== undefined) throw new Error(`no Vulkan loader: ${reason}`);
  }
}

/** dlopen for a library that is no Node addon; returns the reason of a failure. */
function loadLibrary(path: string): string | undefined {
  const RTLD_NODELETE = 0x1000; // Linux; not among Node's constants. Without it Node unloads what is no addon
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    const { message } = error as Error;
    return message.startsWith("Module did not self-register") ? undefined : message; // Node's word for "loaded, but no addon"
  }
}

// Files that are written whole or not at all: a reader, a crash or a full disk never leaves half a file under the final name.

import { constants } from "node:fs";
import { access, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { FileError } from "../../src/device/errors.ts";

export type Content = Uint8Array | string | Iterable<Uint8Array | string>;

/**
 * Writes a file under a temporary name in the same folder, forces it to the disk, and renames it. An older file stays as it was until then.
 *
 * @throws FileError; the temporary file is gone by then.
 */
export async function writeFileWhole(path: string, content: Content): Promise<void> {
  const temporary = temporaryName(path, process.pid);
  try {
    await writeDurably(temporary, content);
    await rename(temporary, path);
    await syncFolder(dirname(resolve(path)));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new FileError(`${path} could not be written: ${reason(error)}.`);
  }
}

/**
 * Writes a folder under a temporary name, and renames it. An older one stays as it was until then.
 *
 * @param files contents by path within the folder
 * @throws FileError; the temporary folder is gone by then.
 */
export async function writeFolderWhole(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const temporary = temporaryName(path, process.pid);
  const old = `${temporary.slice(0, -".tmp".length)}.old.tmp`;
  try {
    for (const [name, content] of files) {
      await mkdir(dirname(join(temporary, name)), { recursive: true });
      await writeDurably(join(temporary, name), content);
    }
    for (const folder of new Set([...files.keys()].map((name) => dirname(join(temporary, name)))))
      await syncFolder(folder);
    const replaces = await rename(path, old).then(
      () => true,
      () => false,
    );
    await rename(temporary, path);
    if (replaces) await rm(old, { recursive: true });
    await syncFolder(dirname(resolve(path)));
  } catch (error) {
    await rename(old, path).catch(() => {}); // fails where a folder is in its place
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw new FileError(`${path} could not be written: ${reason(error)}.`);
  }
}

/**
 * Finds out before a long run whether a folder can be written at its end.
 *
 * @param mark a file that folders of this kind have: another folder is not replaced
 * @throws FileError naming the path and the remedy.
 */
export async function checkFolder(path: string, mark: string): Promise<void> {
  await restore(path);
  const target = await stat(path).catch(() => undefined);
  if (!target) return checkWritable(path);
  const isOurs = target.isDirectory() && (await stat(join(path, mark)).catch(() => undefined));
  if (!isOurs) {
    const what = target.isDirectory() ? `a folder without ${mark}` : "no folder";
    throw new FileError(`${path} cannot be written: it is ${what}, and is not replaced; choose another path.`);
  }
  await checkWritable(join(dirname(resolve(path)), `${basename(path)}.probe`));
}

/**
 * Finds out before a long run whether `path` can be written at its end. Also removes what killed processes left next to it.
 *
 * @throws FileError naming the path and the remedy.
 */
export async function checkWritable(path: string): Promise<void> {
  const folder = dirname(resolve(path));
  const no = (why: string) => new FileError(`${path} cannot be written: ${why}.`);
  const found = await stat(folder).catch(() => undefined);
  if (!found) throw no(`the folder ${folder} does not exist; create it or choose another path`);
  if (!found.isDirectory()) throw no(`${folder} is no folder; choose another path`);
  const target = await stat(path).catch(() => undefined);
  if (target && !target.isFile()) {
    throw no(target.isDirectory() ? "it is a folder; add a file name" : "it is no plain file; choose another path");
  }
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    const probe = temporaryName(path, process.pid); // access() knows neither read-only file systems nor too long names
    await (await open(probe, "w")).close();
    await rm(probe);
  } catch (error) {
    throw no(`${reason(error)}; choose another path`);
  }
  await removeLeftovers(path);
}

/** Puts back an older folder that a process had moved away when it was killed, and removes what such processes left. */
async function restore(path: string): Promise<void> {
  for (const { name, isOld } of await leftovers(path)) {
    const left = join(dirname(path), name);
    if (isOld && !(await stat(path).catch(() => undefined))) await rename(left, path);
    else await rm(left, { recursive: true, force: true });
  }
}

async function writeDurably(path: string, content: Content): Promise<void> {
  const file = await open(path, "w");
  try {
    const chunks = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
    for (const chunk of chunks) await file.writeFile(chunk); // continues where the last one ended
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename survive a power failure. Windows has no such call, and some network file systems refuse it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  await handle.sync().catch(() => {});
  await handle.close();
}

/** One a process, so that two that write the same file do not write into each other. */
function temporaryName(path: string, pid: number): string {
  return join(dirname(path), `.${basename(path)}.${hostname()}.${pid}.tmp`);
}

async function removeLeftovers(path: string): Promise<void> {
  for (const { name, isOld } of await leftovers(path))
    if (!isOld) await rm(join(dirname(path), name), { recursive: true, force: true });
}

/** What processes that have ended left next to a path. */
async function leftovers(path: string): Promise<{ name: string; isOld: boolean }[]> {
  const start = `.${basename(path)}.${hostname()}.`;
  const names = await readdir(dirname(resolve(path))).catch(() => []);
  return names.flatMap((name) => {
    const [, pid, old] = (name.startsWith(start) && /^(\d+)(\.old)?\.tmp$/.exec(name.slice(start.length))) || [];
    return pid !== undefined && !isRunning(Number(pid)) ? [{ name, isOld: old !== undefined }] : [];
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

const REASONS: Record<string, string> = {
  ENOSPC: "the disk is full; free some space or choose another path",
  EDQUOT: "the disk quota is used up; free some space or choose another path",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "there is no such file or folder",
  EISDIR: "it is a folder",
  EFBIG: "the file would be larger than allowed here (see ulimit -f)",
};

/** A system's error in words. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ""] ?? message;
}

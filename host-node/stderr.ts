// Standard error while Dawn looks for adapters. Dawn, and the Vulkan loader through it, print warnings there: of limits that Dawn lowers
// by itself on nearly every GPU, of drivers for hardware that is absent. No option of Dawn turns them off, so they are caught at the
// file descriptor: standard error leads into memory for the length of one synchronous call.

import { closeSync, fstatSync, readlinkSync, readSync } from "node:fs";

export interface Heard<T> {
  result: T;
  /** Dawn's messages, without the places in its source. */
  messages: string[];
}

/** A message as Dawn logs it, and the places in its source below; and what libwayland says where Mesa asks it for a display. */
const MESSAGE =
  /^(?:Debug|Info|Warning|Error): (.*)(?:\n|$)(?:(?:[ \t]+at .*\n)+\n?)?|^error: (XDG_RUNTIME_DIR is .*)(?:\n|$)/gm;

/** Tells Dawn's messages from everything else that was printed. */
export function separate(printed: string): { messages: string[]; rest: string } {
  const messages: string[] = [];
  const rest = printed.replace(MESSAGE, (_, dawn?: string, wayland?: string) => {
    messages.push((dawn ?? wayland ?? "").trim());
    return "";
  });
  return { messages, rest };
}

/**
 * Returns a function that calls another, synchronous, and catches what native code prints meanwhile. What is not Dawn's is passed on, after
 * the call; JavaScript prints nothing during it. With VK_LOADER_DEBUG set, by which the Vulkan loader explains itself, nothing is caught.
 */
export async function listener(): Promise<<T>(action: () => T) => Heard<T>> {
  const libc = process.env.VK_LOADER_DEBUG ? undefined : await loadLibc();
  return (action) => {
    const capture = libc && begin(libc);
    if (!capture) return { result: action(), messages: [] };
    let messages: string[] = [];
    let result: ReturnType<typeof action>;
    try {
      result = action();
    } finally {
      const { rest, ...heard } = separate(capture.end().toString("latin1"));
      messages = heard.messages.map((text) => Buffer.from(text, "latin1").toString());
      if (rest !== "") process.stderr.write(Buffer.from(rest, "latin1"));
    }
    return { result, messages };
  };
}

interface Libc {
  duplicate(fd: number): number;
  /** dup2: `to` becomes another name for what `from` is. */
  replace(from: number, to: number): number;
  memoryFile(name: string): number;
}

/** glibc's functions on file descriptors, which Node does not have. Undefined where Dawn prints nothing, or the optional package is missing. */
async function loadLibc(): Promise<Libc | undefined> {
  if (process.platform !== "linux") return undefined; // the warnings are of Vulkan, which Dawn uses in Node on Linux alone
  try {
    const { default: koffi } = await import("koffi");
    const library = koffi.load("libc.so.6");
    const [F_DUPFD_CLOEXEC, MFD_CLOEXEC] = [1030, 1]; // <linux/fcntl.h>, <linux/memfd.h>: a child process gets neither
    const fcntl = library.func("int fcntl(int fd, int command, ...)");
    const memfd = library.func("int memfd_create(const char *name, unsigned int flags)");
    return {
      duplicate: (fd) => fcntl(fd, F_DUPFD_CLOEXEC, "int", 3),
      replace: library.func("int dup2(int from, int to)"),
      memoryFile: (name) => memfd(name, MFD_CLOEXEC),
    };
  } catch {
    return undefined;
  }
}

const STDERR = 2;
const NAME = "gibbs-stderr";

/** Leads standard error into memory; `end` leads it back and returns what was printed. Undefined where that is impossible. */
function begin(libc: Libc): { end(): Buffer } | undefined {
  const kept = libc.duplicate(STDERR);
  if (kept < 0) return undefined;
  const memory = libc.memoryFile(NAME);
  // Where a worker thread listens at this moment, what `kept` is will be gone when this call ends.
  if (memory < 0 || readlinkSync(`/proc/self/fd/${kept}`).startsWith(`/memfd:${NAME}`)) {
    for (const fd of [kept, memory]) if (fd >= 0) closeSync(fd);
    return undefined;
  }
  libc.replace(memory, STDERR);
  return {
    end() {
      libc.replace(kept, STDERR);
      closeSync(kept);
      const printed = Buffer.alloc(fstatSync(memory).size);
      readSync(memory, printed, 0, printed.length, 0);
      closeSync(memory);
      return printed;
    },
  };
}

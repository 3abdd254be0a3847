// A checkpoint: a header in JSON, named sections of bytes, and a SHA-256 over all of it. Any damage is found before use.

import { CheckpointError } from "../device/errors.ts";
import type { CheckpointExtra } from "./model.ts";

/** The format's version; a newer one is refused by name. */
const FORMAT = 1;
/** As PNG's: text-mode transfers and cut high bits break it visibly. */
const MAGIC = new Uint8Array([0x89, 0x67, 0x69, 0x62, 0x62, 0x73, 0x0d, 0x0a]); // \x89 "gibbs" \r \n

export interface Checkpoint {
  /** The model's name. */
  model: string;
  /** JSON values: what the model needs beside its sections. */
  header: Record<string, unknown>;
  sections: Record<string, Uint8Array>;
}

/** The checkpoint with what is kept beside it for whoever asked for it; `extraOf` gives that back. */
export function withExtra({ model, header, sections }: Checkpoint, extra: CheckpointExtra): Checkpoint {
  const kept = Object.entries(extra.sections).map(([name, bytes]) => [EXTRA + name, bytes]);
  return { model, header: { ...header, extra: extra.header }, sections: { ...sections, ...Object.fromEntries(kept) } };
}

export function extraOf({ header, sections }: Checkpoint): CheckpointExtra {
  const kept = Object.entries(sections).filter(([name]) => name.startsWith(EXTRA));
  return {
    header: header.extra as Record<string, unknown>,
    sections: Object.fromEntries(kept.map(([name, bytes]) => [name.slice(EXTRA.length), bytes])),
  };
}

const EXTRA = "extra:";

export async function encodeCheckpoint({ model, header, sections }: Checkpoint): Promise<Uint8Array> {
  const names = Object.keys(sections);
  const lengths = names.map((name) => [name, sections[name].byteLength]);
  const json = { format: FORMAT, gibbs: __GIBBS_VERSION__, model, header, sections: lengths };
  const text = new TextEncoder().encode(JSON.stringify(json));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, text.length, true);
  const body = concat([MAGIC, length, text, ...names.map((name) => sections[name])]);
  return concat([body, await sha256(body)]);
}

/** @throws CheckpointError telling foreign, truncated, damaged and newer ones apart. */
export async function decodeCheckpoint(file: Uint8Array): Promise<Checkpoint> {
  // Node's Buffer is a Uint8Array whose slice() is a view, not a copy; sections are sliced.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const start = MAGIC.length + 4;
  if (bytes.length < MAGIC.length || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new CheckpointError(
      "This is no gibbs checkpoint: it begins with other bytes. Give a file that --checkpoint wrote.",
    );
  }
  const truncated = (have: number, want: number) =>
    new CheckpointError(`The checkpoint is truncated: ${have} of ${want} bytes. Use an earlier copy.`);
  if (bytes.length < start) throw truncated(bytes.length, start);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textLength = view.getUint32(MAGIC.length, true);
  if (bytes.length < start + textLength + 32) throw truncated(bytes.length, start + textLength + 32);

  const damaged = new CheckpointError("The checkpoint is damaged: its SHA-256 does not match. Use an earlier copy.");
  const parsed = parse(bytes.subarray(start, start + textLength));
  const intact = (await sha256(bytes.subarray(0, -32))).every((byte, i) => bytes[bytes.length - 32 + i] === byte);
  if (parsed && intact && Number(parsed.format) > FORMAT) {
    throw new CheckpointError(
      `The checkpoint is of format ${parsed.format}, written by gibbs ${parsed.gibbs}; this is gibbs ${__GIBBS_VERSION__}, which reads format ${FORMAT}. Update gibbs.`,
    );
  }
  if (!parsed || !Array.isArray(parsed.sections)) throw damaged;
  const lengths = parsed.sections as [string, number][];
  const wanted = lengths.reduce((sum, [, length]) => sum + length, start + textLength + 32);
  if (bytes.length < wanted) throw truncated(bytes.length, wanted);
  if (!intact || bytes.length > wanted) throw damaged;

  const sections: Record<string, Uint8Array> = {};
  let at = start + textLength;
  for (const [name, length] of lengths) {
    sections[name] = bytes.subarray(at, at + length);
    at += length;
  }
  return { model: String(parsed.model), header: parsed.header as Record<string, unknown>, sections };
}

function parse(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
}

/** "sha256:" and 64 hexadecimal digits. */
export async function digestOf(...parts: Uint8Array[]): Promise<string> {
  const hex = Array.from(await sha256(concat(parts)), (byte) => byte.toString(16).padStart(2, "0"));
  return `sha256:${hex.join("")}`;
}

function concat(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

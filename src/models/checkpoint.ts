// A checkpoint: a header in JSON, named sections of bytes, and a SHA-256 over all of it. Any damage is found before use.

import * as z from "zod";
import { concat } from "../arrays.ts";
import { CheckpointError } from "../device/errors.ts";
import type { CheckpointExtra } from "./model.ts";

/** The format's version; a newer one is refused by name. */
const FORMAT = 1;
/** As PNG's: text-mode transfers and cut high bits break it visibly. */
const MAGIC = new Uint8Array([0x89, 0x67, 0x69, 0x62, 0x62, 0x73, 0x0d, 0x0a]); // \x89 "gibbs" \r \n

/** The contents of a checkpoint file, decoded. */
export interface Checkpoint {
  /** The model's name. */
  model: string;
  /** JSON values: what the model needs in addition to its sections. */
  header: Record<string, unknown>;
  /** Arrays of the state as bytes, by name. */
  sections: Record<string, Uint8Array>;
}

/** What every model's header holds. */
const common = {
  parameters: z.record(z.string(), z.unknown()),
  batch: z.record(z.string(), z.array(z.number())).default({}),
  seed: z
    .string()
    .regex(/^\d{1,20}$/)
    .transform(BigInt),
  steps: z.int().min(0).default(0),
  /** Of a part of a run: the number of its first job. */
  first: z.int().min(0).default(0),
};

/**
 * A model's header: parameters, batch, seed and steps, and what `own` describes. An intact file can be another's work: nothing in it is taken
 * as it comes.
 *
 * @throws CheckpointError for a checkpoint of another model, and for a header that this one does not write
 */
export function headerOf<S extends z.ZodRawShape>({ model, header }: Checkpoint, expected: string, own: S) {
  const wrong = (what: string) =>
    new CheckpointError(`The checkpoint holds ${what}. Use the file that "${expected}" wrote.`);
  if (model !== expected) throw wrong(`a run of "${model.slice(0, 60)}", not of "${expected}"`);
  const result = z.object({ ...common, ...own }).safeParse(header);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  throw wrong(`a header whose "${path.join(".").slice(0, 60)}" no run has (${message})`);
}

/** Parameters of an older checkpoint, with what it leaves unsaid; those of a newer one stay as they are, in their order. */
export function saying<P extends object>(parameters: P, unsaid: object): P {
  const missing = Object.entries(unsaid).filter(([name]) => !Object.hasOwn(parameters, name));
  return { ...parameters, ...Object.fromEntries(missing) };
}

/** A section of so many bytes. @throws CheckpointError naming it where it is missing or of another length */
export function sectionOf({ model, sections }: Checkpoint, name: string, length: number): Uint8Array {
  const section = Object.hasOwn(sections, name) ? sections[name] : undefined;
  if (section?.length === length) return section;
  const found = section ? `has ${section.length} bytes` : "is missing";
  throw new CheckpointError(
    `The checkpoint's section "${name}" ${found}; its parameters ask for ${length} bytes. Use the file that "${model}" wrote.`,
  );
}

/** The checkpoint with what a caller stores in addition to the state; `extraOf` returns that. */
export function withExtra({ model, header, sections }: Checkpoint, extra: CheckpointExtra): Checkpoint {
  const kept = Object.entries(extra.sections).map(([name, bytes]) => [EXTRA + name, bytes]);
  return { model, header: { ...header, extra: extra.header }, sections: { ...sections, ...Object.fromEntries(kept) } };
}

/** What `withExtra` stored in a checkpoint; empty if it stored nothing. */
export function extraOf({ header, sections }: Checkpoint): CheckpointExtra {
  const kept = Object.entries(sections).filter(([name]) => name.startsWith(EXTRA));
  return {
    header: (header.extra ?? {}) as Record<string, unknown>,
    sections: Object.fromEntries(kept.map(([name, bytes]) => [name.slice(EXTRA.length), bytes])),
  };
}

const EXTRA = "extra:";

/** The bytes of a checkpoint file: header, sections and a SHA-256 over both. `decodeCheckpoint` reads it. */
export async function encodeCheckpoint({ model, header, sections }: Checkpoint): Promise<Uint8Array> {
  const names = Object.keys(sections);
  const lengths = names.map((name) => [name, sections[name].byteLength]);
  const json = { format: FORMAT, gibbs: __GIBBS_VERSION__, model, header, sections: lengths };
  const text = new TextEncoder().encode(JSON.stringify(json));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, text.length, true);
  const body = concat<Uint8Array>(Uint8Array, [MAGIC, length, text, ...names.map((name) => sections[name])]);
  return concat<Uint8Array>(Uint8Array, [body, await sha256(body)]);
}

/**
 * Decodes a checkpoint file, whose SHA-256 must match.
 *
 * @throws CheckpointError telling foreign, truncated, damaged and newer ones apart.
 */
export async function decodeCheckpoint(file: Uint8Array): Promise<Checkpoint> {
  if (!(file instanceof Uint8Array))
    throw new CheckpointError("A checkpoint is a Uint8Array, as checkpoint() gives it.");
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
  const { data: lengths } = LENGTHS.safeParse(parsed?.sections);
  const header = z.record(z.string(), z.unknown()).safeParse(parsed?.header);
  if (!parsed || !lengths || !header.success) throw damaged;
  const wanted = lengths.reduce((sum, [, length]) => sum + length, start + textLength + 32);
  if (bytes.length < wanted) throw truncated(bytes.length, wanted);
  if (!intact || bytes.length > wanted) throw damaged;

  let at = start + textLength;
  const sections = lengths.map(([name, length]) => {
    at += length;
    return [name, bytes.subarray(at - length, at)] as const;
  });
  return { model: String(parsed.model), header: header.data, sections: Object.fromEntries(sections) };
}

/** Names and bytes of the sections, in order. */
const LENGTHS = z.array(z.tuple([z.string(), z.int().min(0)]));

function parse(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** SHA-256 of bytes: 32 bytes. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
}

/** "sha256:" and 64 hexadecimal digits. */
export async function digestOf(...parts: Uint8Array[]): Promise<string> {
  const hex = Array.from(await sha256(concat(Uint8Array, parts)), (byte) => byte.toString(16).padStart(2, "0"));
  return `sha256:${hex.join("")}`;
}

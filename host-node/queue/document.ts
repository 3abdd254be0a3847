// A run as it goes to workers: all that determines it, and in how many parts. A worker takes nothing in it as it comes.

import * as z from "zod";
import { CheckpointError, ParameterError } from "../../src/device/errors.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/models/checkpoint.ts";
import { type AnyModel, models } from "../../src/models/index.ts";
import { inputFile } from "../../src/models/inputs.ts";
import { unitsOf } from "../../src/models/parts.ts";
import { QueueError } from "../cli/errors.ts";
import { BUILD, type Divided, identityOf, MOST_PARTS } from "../cli/shard.ts";

export interface Document extends Divided {
  /** SHA-256 of all that determines the run. */
  run: string;
  /** Parts. */
  of: number;
}

const natural = z.int().min(0);
const positive = z.int().min(1);
const HEADER = z.strictObject({
  gibbs: z.string(),
  of: positive.max(MOST_PARTS),
  command: z.enum(["run", "scan"]),
  seed: z.string().regex(/^\d{1,20}$/),
  copies: positive,
  axes: z.array(z.string()),
  notes: z.array(z.string()),
  jobs: z
    .array(
      z.strictObject({
        parameters: z.record(z.string(), z.unknown()),
        plan: z.strictObject({ warmup: natural, steps: positive, measureEvery: positive }),
      }),
    )
    .min(1),
  files: z.record(z.string(), z.string()),
});

export const encodeDocument = ({ model, inputs, whole, of }: Omit<Document, "run">): Promise<Uint8Array> => {
  const { seed, ...rest } = whole;
  const files = Object.entries(inputs).map(([key, { name }]) => [key, name]);
  const header = { gibbs: BUILD, of, seed: String(seed), ...rest, files: Object.fromEntries(files) };
  const sections = Object.entries(inputs).map(([key, { bytes }]) => [key, bytes]);
  return encodeCheckpoint({ model: model.name, header, sections: Object.fromEntries(sections) });
};

/**
 * @param id the run's on the queue
 * @throws QueueError for a document that gibbs has not made, that another version made, or that is of another run
 */
export async function decodeDocument(id: string, bytes: Uint8Array): Promise<Document> {
  const no = (why: string) => new QueueError(`run ${id}: ${why}; submit it again.`);
  const {
    model: name,
    header,
    sections,
  } = await decodeCheckpoint(bytes).catch((error: unknown) => {
    throw error instanceof CheckpointError ? no("its document is damaged") : error;
  });
  const { data, error } = HEADER.safeParse(header);
  if (!data) throw no(`its document holds what no run has, at ${error.issues[0].path.join(".").slice(0, 60)}`);
  if (data.gibbs !== BUILD) throw no(`gibbs ${data.gibbs} made it, and this is ${BUILD}`);
  const model: AnyModel | undefined = models.find((known) => known.name === name);
  if (!model) throw no(`there is no model "${name.slice(0, 60)}"`);
  const inputs = Object.fromEntries(
    await Promise.all(
      Object.entries(data.files).map(async ([key, file]) => {
        if (!Object.hasOwn(sections, key) || !Object.hasOwn(model.inputs ?? {}, key))
          throw no(`its file "${key.slice(0, 60)}" is missing or unknown`);
        return [key, await inputFile(file, sections[key])] as const;
      }),
    ),
  );
  const { gibbs: _, of, seed, files: __, ...whole } = data;
  const unitsIn = (parameters: object) => {
    try {
      return unitsOf(model, parameters);
    } catch (error) {
      throw error instanceof ParameterError ? no(`its parameters are none of ${model.name} (${error.message})`) : error;
    }
  };
  for (const { parameters, plan } of whole.jobs) {
    const units = unitsIn(parameters);
    if (units % whole.copies !== 0 || plan.measureEvery > plan.steps || (model.steps && plan.steps !== units))
      throw no("its plan is that of no run");
  }
  const divided = { model, inputs, whole: { ...whole, seed: BigInt(seed) } };
  const run = await identityOf(divided);
  if (!run.startsWith(`sha256:${id}`)) throw no("its document is that of another run");
  return { ...divided, of, run };
}

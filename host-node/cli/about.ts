// `gibbs models` and `gibbs info`: what there is to run, and what there is to run it on.

import * as z from "zod";
import { adapterKind } from "../../src/device/adapter-kind.ts";
import { type AnyModel, models } from "../../src/models/index.ts";
import { type AdapterChoice, requestAdapter } from "../adapter.ts";
import { systemRecord } from "../system.ts";
import { Arguments } from "./arguments.ts";
import { JSON_FLAG } from "./flags.ts";
import { definitions } from "./format.ts";
import { json } from "./report.ts";

export const ABOUT_FLAGS = [JSON_FLAG];

export async function listModels(words: readonly string[]): Promise<void> {
  const given = new Arguments(words, ABOUT_FLAGS, "gibbs models");
  given.noWords("gibbs models");
  if (!given.has("json")) {
    process.stdout.write(
      definitions(
        models.map(({ name, title, summary }) => [name, `${title}. ${summary}`]),
        0,
      ),
    );
    return;
  }
  const described = models.map(({ name, title, summary, step, parameters, observables, inputs = {} }: AnyModel) => ({
    name,
    title,
    summary,
    step,
    parameters: z.toJSONSchema(parameters, { io: "input" }),
    observables,
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([input, { description, accept }]) => [input, { description, accept }]),
    ),
  }));
  process.stdout.write(json({ gibbs: __GIBBS_VERSION__, models: described }));
}

interface Found {
  choice: AdapterChoice;
  available: boolean;
  /** Why not, or what it is. */
  description: string;
  limits?: Record<string, number>;
  features?: string[];
}

const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
] as const;

async function probe(choice: AdapterChoice): Promise<Found> {
  try {
    const { adapter } = await requestAdapter(choice);
    const { vendor, architecture, description } = adapter.info;
    return {
      choice,
      available: true,
      description: description || `${vendor} ${architecture} (${adapterKind(adapter.info)})`,
      limits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
      features: [...adapter.features].sort(),
    };
  } catch (error) {
    const [, first = (error as Error).message] = (error as Error).message.split("\n  - ");
    return { choice, available: false, description: first.split("\n")[0] };
  }
}

export async function info(words: readonly string[]): Promise<void> {
  const given = new Arguments(words, ABOUT_FLAGS, "gibbs info");
  given.noWords("gibbs info");
  const adapters: Found[] = [];
  for (const choice of ["gpu", "lavapipe", "swiftshader"] as const) adapters.push(await probe(choice));
  const system = systemRecord();
  if (given.has("json")) {
    process.stdout.write(json({ gibbs: __GIBBS_VERSION__, system, adapters }));
    return;
  }
  const lines: [string, string][] = [
    ["gibbs", `${__GIBBS_VERSION__}, Node ${system.node}, Dawn (webgpu ${system.webgpu})`],
    ["system", `${system.platform}, ${system.processor}`],
    ...adapters.flatMap(({ choice, available, description, limits, features }): [string, string][] => [
      [choice, available ? description : `not available: ${description}`],
      ...(limits
        ? [["", describeLimits(limits)] as [string, string], ["", (features ?? []).join(", ")] as [string, string]]
        : []),
    ]),
  ];
  process.stdout.write(definitions(lines, 0));
  if (!adapters[1].available && process.platform === "linux") {
    process.stdout.write(
      "\nlavapipe is the fastest software adapter: apt install mesa-vulkan-drivers (Mesa 24 or newer; on Debian 12 from bookworm-backports).\n",
    );
  }
}

const describeLimits = (limits: Record<string, number>) =>
  `buffers up to ${Math.floor(limits.maxStorageBufferBindingSize / 2 ** 20)} MiB, ${limits.maxComputeInvocationsPerWorkgroup} invocations a workgroup, ${limits.maxComputeWorkgroupsPerDimension} workgroups a dimension`;

// A WebGPU adapter in Node, through Dawn (npm package `webgpu`): hardware first, then lavapipe, then SwiftShader. Software is
// marked as such; a failure says what was tried and names the remedies. Adapters of several kinds can be open in one process.

import { type AdapterKind, adapterKind } from "../src/device/adapter-kind.ts";
import { DeviceUnavailableError, ParameterError } from "../src/device/errors.ts";
import { listener } from "./stderr.ts";
import { installedSwiftShaders, type SwiftShader, unpackSwiftShader } from "./swiftshader.ts";
import { ensureVulkanLoader, lavapipeDrivers, systemLoaderFailure, withDrivers } from "./vulkan.ts";

/** "gpu" is hardware only, "software" any software adapter (lavapipe first), "auto" the first of hardware and these. */
export type AdapterChoice = "auto" | "gpu" | "software" | "lavapipe" | "swiftshader";

export interface HostAdapter {
  gpu: GPU;
  adapter: GPUAdapter;
  software: boolean;
}

const CHOICES: readonly AdapterChoice[] = ["auto", "gpu", "software", "lavapipe", "swiftshader"];

/** Opens an adapter. The environment variable GIBBS_DEVICE takes the place of "auto"; any other argument wins over it. */
export async function requestAdapter(choice: AdapterChoice): Promise<HostAdapter> {
  const wanted = choice === "auto" ? choiceOfEnvironment() : choice;
  const failures: string[] = [];
  for (const attempt of attempts(wanted)) {
    try {
      return await attempt();
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  throw new DeviceUnavailableError(
    [`No GPU adapter (asked for: ${wanted}). Tried:`, ...failures.map((line) => `  - ${line}`), remedies()].join("\n"),
  );
}

function choiceOfEnvironment(): AdapterChoice {
  const value = process.env.GIBBS_DEVICE || "auto";
  const choice = CHOICES.find((known) => known === value);
  if (choice === undefined) {
    throw new ParameterError("GIBBS_DEVICE", `GIBBS_DEVICE is "${value}"; allowed are ${CHOICES.join(", ")}`);
  }
  return choice;
}

function attempts(choice: AdapterChoice): (() => Promise<HostAdapter>)[] {
  const linux = process.platform === "linux";
  const software = linux ? [lavapipe, swiftShader] : [fallback];
  return {
    auto: linux ? [anySystemAdapter, ...software] : [anySystemAdapter],
    gpu: [hardware],
    software,
    lavapipe: [lavapipe],
    swiftshader: [swiftShader],
  }[choice];
}

/** What the system offers, the fastest first: Dawn sorts Vulkan's and Metal's adapters so that software comes last, as DXGI does. */
async function anySystemAdapter(): Promise<HostAdapter> {
  return open("system drivers");
}

async function hardware(): Promise<HostAdapter> {
  const found = await open("hardware");
  if (found.software) throw new Error(`hardware: there is only ${found.adapter.info.description}, which is software`);
  return found;
}

async function lavapipe(): Promise<HostAdapter> {
  const drivers = lavapipeDrivers();
  if (drivers.length === 0) throw new Error("lavapipe: not installed (no driver file lvp_icd*.json)");
  return open("lavapipe", { drivers, kind: "lavapipe", hint: `of Mesa 24 or newer from ${drivers.join(", ")}` });
}

async function swiftShader(): Promise<HostAdapter> {
  const failures: string[] = [];
  const sources = [...installedSwiftShaders().map((found) => async () => found), unpackSwiftShader];
  for (const source of sources) {
    try {
      return await openSwiftShader(await source());
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  throw new Error(`SwiftShader: ${failures.join("; ")}`);
}

function openSwiftShader({ driver, loader, origin }: SwiftShader): Promise<HostAdapter> {
  ensureVulkanLoader(loader);
  return open("SwiftShader", { drivers: [driver], kind: "swiftshader", hint: `of ${origin}` });
}

/** WARP on Windows; Metal has no software adapter. */
async function fallback(): Promise<HostAdapter> {
  return open("software", { forceFallbackAdapter: true });
}

interface OpenOptions {
  drivers?: readonly string[];
  kind?: AdapterKind;
  hint?: string;
  forceFallbackAdapter?: boolean;
}

async function open(name: string, options: OpenOptions = {}): Promise<HostAdapter> {
  const { drivers, kind, hint, forceFallbackAdapter = false } = options;
  // Dawn would say so itself, on standard error.
  const missing = process.platform === "linux" && systemLoaderFailure();
  if (missing) throw new Error(`${name}: no Vulkan loader (${missing})`);
  const gpu = await instance(drivers);
  const request = () => gpu.requestAdapter({ powerPreference: "high-performance", forceFallbackAdapter });
  const listen = await listener();
  const { result, messages } = listen(() => (drivers ? withDrivers(drivers, request) : request()));
  const adapter = await result;
  if (adapter === null) {
    const found = ["Dawn finds no usable adapter", hint].filter(Boolean).join(" ");
    throw new Error(`${name}: ${found}${messages.length > 0 ? ` (${[...new Set(messages)].join("; ")})` : ""}`);
  }
  const found = adapterKind(adapter.info);
  if (kind !== undefined && found !== kind) throw new Error(`${name}: Dawn gave ${adapter.info.description} instead`);
  return { gpu, adapter, software: found !== "hardware" };
}

/**
 * One Dawn instance a set of drivers, kept for the life of the process: Dawn crashes at random once the object is collected.
 * It hangs on globalThis because a module can be loaded twice, and a test runner can drop one.
 */
async function instance(drivers: readonly string[] = []): Promise<GPU> {
  const kept = globalThis as { [INSTANCES]?: Map<string, GPU> };
  kept[INSTANCES] ??= new Map();
  const key = drivers.join();
  const known = kept[INSTANCES].get(key);
  if (known) return known;
  const gpu = (await dawn()).create(["disable-dawn-features=timestamp_quantization"]);
  kept[INSTANCES].set(key, gpu);
  return gpu;
}

const INSTANCES = Symbol.for("gibbs.dawn.instances");

/** Loaded on demand, because the import throws where Dawn has no build (musl, 32 bits) or the C library is too old. */
async function dawn(): Promise<typeof import("webgpu")> {
  try {
    return await import("webgpu");
  } catch (error) {
    throw new Error(`Dawn (npm package webgpu) does not load: ${(error as Error).message.split("\n")[0]}`);
  }
}

function remedies(): string {
  const lines = ["install the driver of your GPU"];
  if (process.platform === "linux") {
    lines.push(
      "or a software adapter: apt install mesa-vulkan-drivers (Mesa 24 or newer; on Debian 12 from backports)",
    );
    if (process.arch === "x64") lines.push("or a slower one: npm install @sparticuz/chromium, or install Chromium");
  }
  return ["Remedies:", ...lines.map((line) => `  - ${line}`), "  - or run without a GPU: --device reference"].join(
    "\n",
  );
}

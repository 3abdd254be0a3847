// The commands of `gibbs`, and what each takes.

import type { AnyModel } from "../../src/models/index.ts";
import { ABOUT_FLAGS, info, listModels } from "./about.ts";
import { unknown } from "./arguments.ts";
import { BENCH_FLAGS, bench } from "./bench.ts";
import { completion } from "./completion.ts";
import { DEMO_FLAGS, demo } from "./demo.ts";
import { UsageError } from "./errors.ts";
import { LIST_FLAGS, RUN_FLAGS, SCAN_FLAGS, TRAIN_FLAGS, WORKER_FLAGS } from "./flags.ts";
import { modelOf } from "./given.ts";
import { type CommandHelp, commandHelp, programHelp } from "./help.ts";
import { manual } from "./man.ts";
import { MERGE_FLAGS, merge } from "./merge.ts";
import { run } from "./run.ts";
import { scan } from "./scan.ts";
import { train, trainingOf } from "./train.ts";
import { VALIDATE_FLAGS, validate } from "./validate.ts";

interface Command extends CommandHelp {
  main: (words: readonly string[]) => Promise<void>;
  /** The model that a name stands for in this command. */
  modelOf?: (name: string) => AnyModel;
}

const COMMANDS: Record<string, Command> = {
  models: {
    usage: "gibbs models",
    summary: "Every model; --json gives JSON Schema.",
    flags: ABOUT_FLAGS,
    main: listModels,
  },
  run: {
    usage: "gibbs run MODEL [--PARAMETER VALUE]…",
    summary: "One simulation: observables with errors, compared with exact values.",
    flags: RUN_FLAGS,
    main: run,
    examples: [
      "gibbs run ising --size 512,512 --temperature 2.269 --steps 5000 --out critical.png",
      "gibbs run ising --size 4096 --steps 100000 --checkpoint long.gibbs",
      "gibbs run --resume long.gibbs",
    ],
  },
  scan: {
    usage: "gibbs scan MODEL --PARAMETER FROM:TO:COUNT…",
    summary: "A grid of simulations, run as one batch on the device where the model supports it.",
    flags: SCAN_FLAGS,
    main: scan,
    examples: ["gibbs scan ising --temperature 1.5:3.5:41 --size 64,64 --out scan.csv"],
  },
  merge: {
    usage: "gibbs merge PART…",
    summary: "The whole of a run or a scan from the files of its parts (--shard), as one machine would give it.",
    flags: MERGE_FLAGS,
    main: merge,
    examples: [
      "gibbs scan ising --temperature 1.5:3.5:41 --size 64,64 --shard 1/2 --out part-1.gibbs",
      "gibbs scan ising --temperature 1.5:3.5:41 --size 64,64 --shard 2/2 --out part-2.gibbs",
      "gibbs merge part-1.gibbs part-2.gibbs --out scan.csv",
    ],
  },
  worker: {
    usage: "gibbs worker --queue URL",
    summary: "Takes parts of runs from a queue (--queue of run and scan) and makes them on this machine's device.",
    flags: WORKER_FLAGS,
    main: async (words) => (await import("../queue/worker.ts")).worker(words),
    examples: [
      "gibbs worker --queue redis://localhost",
      "gibbs scan ising --temperature 1.5:3.5:41 --size 64,64 --queue redis://localhost --out scan.csv",
    ],
  },
  queue: {
    usage: "gibbs queue --queue URL",
    summary: "The runs and the workers of a queue.",
    flags: LIST_FLAGS,
    main: async (words) => (await import("../queue/list.ts")).queue(words),
  },
  train: {
    usage: "gibbs train MODEL [--PARAMETER VALUE]…",
    summary: "Trains the network of a model; --out net.safetensors saves it.",
    flags: TRAIN_FLAGS,
    main: train,
    modelOf: trainingOf,
    examples: [
      "gibbs train diffusion --data moons --out moons.safetensors",
      "gibbs run diffusion --data moons --denoiser moons.safetensors --out samples.png",
    ],
  },
  validate: {
    usage: "gibbs validate [MODEL]…",
    summary: "Checks this device against known answers, the reference and exact results; exit 1 if one fails.",
    flags: VALIDATE_FLAGS,
    main: validate,
    examples: ["gibbs validate --full --out report.html", "gibbs validate ising hopfield --device software"],
  },
  bench: {
    usage: "gibbs bench [MODEL]…",
    summary: "Throughput at large sizes; results are checked before anything is timed.",
    flags: BENCH_FLAGS,
    main: bench,
  },
  info: { usage: "gibbs info", summary: "Adapters, limits, versions.", flags: ABOUT_FLAGS, main: info },
  completion: {
    usage: "gibbs completion SHELL",
    summary: "A script for bash, zsh or fish that completes commands, models, flags and their values.",
    flags: [],
    main: async (words) => void process.stdout.write(completion(words, COMMANDS)),
    examples: [
      "source <(gibbs completion bash)",
      "source <(gibbs completion zsh)",
      "gibbs completion fish > ~/.config/fish/completions/gibbs.fish",
    ],
  },
  man: {
    usage: "gibbs man",
    summary: "The manual page, for man: commands, flags, and the parameters of every model.",
    flags: [],
    main: async (words) => void process.stdout.write(manual(words, COMMANDS)),
    examples: ["gibbs man | man -l -"],
  },
  demo: { usage: "gibbs demo", summary: "What npm start shows.", flags: DEMO_FLAGS, main: demo },
};

/** Runs a command line. @throws what `exitStatus` and `describeError` tell of */
export async function main([name, ...words]: readonly string[]): Promise<void> {
  if (name === "help" && words.length > 0) return main([...words, "--help"]);
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(programHelp(Object.values(COMMANDS)));
    return;
  }
  if (name === "--version" || name === "-v") {
    process.stdout.write(`${__GIBBS_VERSION__}\n`);
    return;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UsageError(unknown("command", name, "gibbs", Object.keys(COMMANDS)));
  if (words.includes("--help") || words.includes("-h")) {
    const takesModel = command.usage.includes(" MODEL ");
    const model =
      takesModel && words[0] !== undefined && !words[0].startsWith("-")
        ? (command.modelOf?.(words[0]) ?? modelOf(words[0], `gibbs ${name}`))
        : undefined;
    process.stdout.write(commandHelp(command, model));
    return;
  }
  await command.main(words);
}

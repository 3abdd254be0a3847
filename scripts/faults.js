// Faults that somebody could make, for scripts/mutations.js: each is a change of the sources, by exact texts that must be there. Those that
// are made on both sides, kernel and reference, or on the host that both share, cannot be seen by comparing the two.

/**
 * @typedef {object} Fault
 * @property {string} what
 * @property {"wrong constant in a shader" | "wrong table on the host" | "repeated counter" | "dropped barrier" | "stale checkpoint"} kind
 * @property {string[]} models that are validated with it
 * @property {{ file: string, from: string, to: string }[]} edits all places of `from` are changed
 */

const edit = (file, from, to) => ({ file, from, to });

/** A checkpoint whose state and steps are not of one moment. */
const stale = (file, from, to) => ({ kind: "stale checkpoint", edits: [edit(file, from, to)] });

/** @type {Fault[]} */
export const faults = [
  {
    what: "Threefry's parity constant, a bit off, in WGSL",
    kind: "wrong constant in a shader",
    models: ["ising"],
    edits: [edit("shaders/common/threefry.wgsl", "0x1BD11BDAu", "0x1BD11BDBu")],
  },
  {
    what: "Threefry's parity constant, a bit off, in WGSL and TypeScript",
    kind: "wrong constant in a shader",
    models: ["ising"],
    edits: [
      edit("shaders/common/threefry.wgsl", "0x1BD11BDAu", "0x1BD11BDBu"),
      edit("src/random/threefry.ts", "0x1bd11bda", "0x1bd11bdb"),
    ],
  },
  {
    what: "Potts: weights of a temperature 3 % too high, on both sides",
    kind: "wrong table on the host",
    models: ["potts"],
    edits: [edit("src/models/potts/rule.ts", "* difference) / temperature", "* difference) / (1.03 * temperature)")],
  },
  {
    what: "Lattices: what lies beyond a free edge counts as a site in state 0, in the kernel",
    kind: "wrong constant in a shader",
    models: ["potts"],
    edits: [edit("src/models/lattice/wgsl.ts", "], STATES, ", "], 0u, ")],
  },
  {
    what: "Potts: half of the random bits are not used, in kernel and reference",
    kind: "wrong constant in a shader",
    models: ["potts"],
    edits: [
      edit("shaders/potts/rule.wgsl", "share(random, total)", "share(vec2u(random.x, random.y >> 1u), total)"),
      edit("src/models/potts/rule.ts", "2n ** 32n * BigInt(high))", "2n ** 32n * BigInt(high >>> 1))"),
    ],
  },
  {
    what: "Lattices: colours of a sweep share their random numbers, on both sides",
    kind: "repeated counter",
    models: ["potts"],
    edits: [
      edit("shaders/lattice/lattice.wgsl", "0u, step.colour), key", "0u, 0u), key"),
      edit("src/models/lattice/reference-lattice.ts", "sweep, 0, colour], key", "sweep, 0, 0], key"),
    ],
  },
  {
    what: "Lattices: sums leave out the last sites of a workgroup",
    kind: "wrong constant in a shader",
    models: ["potts"],
    edits: [edit("shaders/lattice/lattice.wgsl", "k < COUNTED; k++", "k + 1u < COUNTED; k++")],
  },
  {
    what: "Ising in three dimensions: probabilities of a coupling along y in place of that along z, on both sides",
    kind: "wrong table on the host",
    models: ["ising"],
    edits: [edit("src/models/ising/rule.ts", "couplings[axis] * pair", "couplings[Math.min(axis, 1)] * pair")],
  },
  {
    what: "Ising in three dimensions: a site beyond a free edge counts as a spin down, in the kernel",
    kind: "wrong constant in a shader",
    models: ["ising"],
    edits: [edit("shaders/ising/rule.wgsl", "1u, state == STATES", "0u, state == STATES")],
  },
  {
    what: "Ising: fourth bits of a threshold come from the third",
    kind: "wrong constant in a shader",
    models: ["ising"],
    edits: [
      edit("shaders/ising/sweep.wgsl", "bit_masks(table, 31u - block)", "bit_masks(table, 31u - min(block, 2u))"),
    ],
  },
  {
    what: "Ising: thresholds of a temperature 2 % too high",
    kind: "wrong table on the host",
    models: ["ising"],
    edits: [
      edit(
        "src/models/ising/parameters.ts",
        "portableExp(-cost / temperature)",
        "portableExp(-cost / (1.02 * temperature))",
      ),
      edit(
        "src/models/ising/parameters.ts",
        "portableExp(cost / temperature)",
        "portableExp(cost / (1.02 * temperature))",
      ),
    ],
  },
  {
    what: "Ising: flips that cost nothing are certain by the heat bath, too",
    kind: "wrong table on the host",
    models: ["ising"],
    edits: [
      edit(
        "src/models/ising/parameters.ts",
        "return 1 / (1 + portableExp(",
        "return cost <= 0 ? 1 : 1 / (portableExp(",
      ),
    ],
  },
  {
    what: "Ising: sites at a free edge flip as if they had all neighbours",
    kind: "wrong table on the host",
    models: ["ising"],
    edits: [edit("src/models/ising/parameters.ts", "(openX ? 1 : 2)", "2")],
  },
  {
    what: "Ising: an antiperiodic edge is a periodic one, in kernel and reference",
    kind: "wrong constant in a shader",
    models: ["ising"],
    edits: [
      edit("shaders/ising/shape.wgsl", "return neighbour ^ (before | after);", "return neighbour;"),
      edit("src/models/ising/reference-lattice.ts", 'boundary === "periodic" ? 1 : -1', "1"),
    ],
  },
  {
    what: "Ising: bonds with fixed spins are seen from one colour only",
    kind: "wrong constant in a shader",
    models: ["ising"],
    edits: [edit("shaders/ising/measure.wgsl", "if (boundary < FIXED_UP)", "if (boundary <= FIXED_UP_DOWN)")],
  },
  {
    what: "An error of 0 with a value that differs is passed over",
    kind: "wrong table on the host",
    models: ["ising"],
    edits: [edit("src/statistics/deviation.ts", "Math.sign(difference) * Number.POSITIVE_INFINITY", "0")],
  },
  {
    what: "Ising: the same random numbers in each sweep, in the kernel",
    kind: "repeated counter",
    models: ["ising"],
    edits: [edit("shaders/ising/sweep.wgsl", "vec4u(index, sweep, ", "vec4u(index, 0u, ")],
  },
  {
    what: "Ising: the same random numbers in each sweep, in kernel and reference",
    kind: "repeated counter",
    models: ["ising"],
    edits: [
      edit("shaders/ising/sweep.wgsl", "vec4u(index, sweep, ", "vec4u(index, 0u, "),
      edit("src/models/ising/reference.ts", "[number, time, draw, colour]", "[number, 0, draw, colour]"),
    ],
  },
  {
    what: "Ising: both colours share their random numbers, in kernel and reference",
    kind: "repeated counter",
    models: ["ising"],
    edits: [
      edit("shaders/ising/sweep.wgsl", "block, colour), key)", "block, 0u), key)"),
      edit("shaders/ising/sweep.wgsl", "4u, colour), key)", "4u, 0u), key)"),
      edit("src/models/ising/reference.ts", "[number, time, draw, colour]", "[number, time, draw, 0]"),
    ],
  },
  {
    what: "Ising: sums are added up before all lanes have theirs",
    kind: "dropped barrier",
    models: ["ising"],
    edits: [edit("shaders/ising/measure.wgsl", "    workgroupBarrier();\n  }", "  }")],
  },
  {
    what: "A step too few in the header of every chain",
    models: ["ising", "potts", "hopfield", "rbm", "diffusion", "diffusion-training"],
    ...stale("src/models/base/simulation.ts", "steps: this.steps, ...own", "steps: this.steps - 1, ...own"),
  },
  {
    what: "Heat bath of Hopfield and Curie–Weiss at a temperature 5 % too high",
    kind: "wrong table on the host",
    models: ["curie-weiss", "hopfield"],
    edits: [
      edit(
        "src/models/hopfield/parameters.ts",
        "const units = temperature / couplingUnit(parameters);",
        "const units = (1.05 * temperature) / couplingUnit(parameters);",
      ),
    ],
  },
  {
    what: "Curie–Weiss: the same random numbers in each sweep, in kernel and reference",
    kind: "repeated counter",
    models: ["curie-weiss"],
    edits: [
      edit("shaders/hopfield/sweep.wgsl", "vec4u(site / 4u, step.sweep, 0u, 0u)", "vec4u(site / 4u, 0u, 0u, 0u)"),
      edit("shaders/hopfield/sweep_few.wgsl", "place / 4u, step.sweep, 0u, 0u)", "place / 4u, 0u, 0u, 0u)"),
      edit(
        "src/models/hopfield/reference.ts",
        "[Math.floor(update / 4), time, what, 0]",
        "[Math.floor(update / 4), 0, what, 0]",
      ),
    ],
  },
  {
    what: "Hopfield: a spin's own part of the pull is not taken off",
    kind: "wrong constant in a shader",
    models: ["hopfield"],
    edits: [
      edit(
        "shaders/hopfield/sweep.wgsl",
        "field = pull() - i32(own.patterns) * spin + own.field;",
        "field = pull() + own.field;",
      ),
    ],
  },
  {
    what: "Hopfield by subgroups: what all patterns pull is added up by each lane for itself",
    kind: "wrong constant in a shader",
    models: ["hopfield"],
    edits: [edit("shaders/hopfield/sweep_subgroup.wgsl", "vec4i(subgroupAdd(all))", "vec4i(all)")],
  },
  {
    what: "Hopfield: the next flip is chosen before all lanes have offered theirs",
    kind: "dropped barrier",
    models: ["hopfield"],
    edits: [
      edit(
        "shaders/hopfield/sweep.wgsl",
        "        workgroupBarrier();\n        if (lane == 0u) {\n          chosen = atomicLoad(&first);\n        }",
        "        if (lane == 0u) {\n          chosen = atomicLoad(&first);\n        }",
      ),
    ],
  },
  {
    what: "Hopfield: clipped or cut couplings of one spin in four are left out of a field",
    kind: "wrong constant in a shader",
    models: ["hopfield"],
    edits: [edit("shaders/hopfield/sweep_pairs.wgsl", "sum.x + sum.y + sum.z + sum.w;", "sum.x + sum.y + sum.z;")],
  },
  {
    what: "Hopfield: clipped or cut couplings of one spin in four are left out of the energy",
    kind: "wrong constant in a shader",
    models: ["hopfield"],
    edits: [edit("shaders/hopfield/pair_energy.wgsl", "(sum.x + sum.y + sum.z + sum.w)", "(sum.x + sum.y + sum.z)")],
  },
  {
    what: "Dense memory: powers of one less",
    kind: "wrong table on the host",
    models: ["dense-memory"],
    edits: [
      edit(
        "src/models/dense-memory/parameters.ts",
        "BigInt(overlap) ** BigInt(order)",
        "BigInt(overlap) ** BigInt(order - 1)",
      ),
    ],
  },
  {
    what: "RBM: chances of the logistic function shifted by 1/4",
    kind: "wrong table on the host",
    models: ["rbm"],
    edits: [
      edit("src/models/rbm/machine.ts", "portableExp(16 - (i + 0.5) / 1024)", "portableExp(16.25 - (i + 0.5) / 1024)"),
    ],
  },
  {
    what: "RBM: both layers share their random numbers, in kernel and reference",
    kind: "repeated counter",
    models: ["rbm"],
    edits: [
      edit(
        "shaders/rbm/units.wgsl",
        "vec4u(mine / 4u, step.step, step.phase, chain)",
        "vec4u(mine / 4u, 0u, 0u, chain)",
      ),
      edit(
        "src/models/rbm/reference.ts",
        "[Math.floor(unit / 4), time, phase, chain]",
        "[Math.floor(unit / 4), 0, 0, chain]",
      ),
    ],
  },
  {
    what: "RBM: words are put together before all units are drawn",
    kind: "dropped barrier",
    models: ["rbm"],
    edits: [edit("shaders/rbm/units.wgsl", "  workgroupBarrier();\n", "")],
  },
  {
    what: "RBM without hidden units: a unit is on with the chance to be off",
    kind: "wrong constant in a shader",
    models: ["rbm"],
    edits: [edit("shaders/rbm/sweep.wgsl", "random < on_probabilities[at]", "random >= on_probabilities[at]")],
  },
  {
    what: "RBM without hidden units: weights fall where they should grow",
    kind: "wrong constant in a shader",
    models: ["rbm"],
    edits: [
      edit(
        "shaders/rbm/couple.wgsl",
        "i32(countOneBits(in_data)) - i32(countOneBits(in_model))",
        "i32(countOneBits(in_model)) - i32(countOneBits(in_data))",
      ),
    ],
  },
  {
    what: "Reservoir: a layer reads the one below before all its units have moved",
    kind: "dropped barrier",
    models: ["reservoir"],
    edits: [edit("shaders/reservoir/drive.wgsl", "        workgroupBarrier(); // the next layer reads this one\n", "")],
  },
  {
    what: "Reservoir: a ring's weights 2 % too large",
    kind: "wrong table on the host",
    models: ["reservoir"],
    edits: [edit("src/models/reservoir/topology.ts", "weights[unit] = 1;", "weights[unit] = 1.02;")],
  },
  {
    what: "Reservoir: ranges of the sums follow from all rows, and not from those that are summed",
    kind: "wrong table on the host",
    models: ["reservoir"],
    edits: [
      edit(
        "src/models/reservoir/gram.ts",
        "at < (first + washout + steps) * width; at++",
        "at < (steps > 0 ? data.length : washout); at++",
      ),
    ],
  },
  {
    what: "Reservoir: a series is made 32 bits long before its mean is taken off",
    kind: "wrong table on the host",
    models: ["reservoir"],
    edits: [
      edit(
        "src/models/reservoir/tasks/standardised.ts",
        "(value - mean[at % width]) / sd[at % width]",
        "(Math.fround(value) - mean[at % width]) / sd[at % width]",
      ),
    ],
  },
  {
    what: "Reservoir running free: predictions doubled",
    kind: "wrong constant in a shader",
    models: ["reservoir"],
    edits: [
      edit(
        "shaders/reservoir/forecast.wgsl",
        "run.outputs + output] = values[k];",
        "run.outputs + output] = 2.0 * values[k];",
      ),
    ],
  },
  {
    what: "Reservoir running free: nothing is fed back",
    kind: "wrong constant in a shader",
    models: ["reservoir"],
    edits: [
      edit(
        "shaders/reservoir/forecast.wgsl",
        "+ output) * BLOCKS + block] = sum;",
        "+ output) * BLOCKS + block] = Lanes();",
      ),
    ],
  },
  {
    what: "Reservoir running free, large: nothing is fed back",
    kind: "wrong constant in a shader",
    models: ["reservoir"],
    edits: [edit("shaders/reservoir/step_forecast.wgsl", "column, lane)] = sum;", "column, lane)] = Lanes();")],
  },
  {
    what: "Reservoir: outputs see squares of states halved",
    kind: "wrong constant in a shader",
    models: ["reservoir"],
    edits: [edit("shaders/reservoir/readout.wgsl", "value * value * 0x1p-23", "value * value * 0x1p-24")],
  },
  {
    what: "Reservoir: noise on states doubled",
    kind: "wrong constant in a shader",
    models: ["reservoir"],
    edits: [edit("shaders/reservoir/unit.wgsl", ">> 8u) * 0x1p-23", ">> 8u) * 0x1p-22")],
  },
  {
    what: "Reservoir: products of limbs carry one bit too low",
    kind: "wrong constant in a shader",
    models: ["reservoir"],
    edits: [edit("shaders/reservoir/gram.wgsl", "add64(sum, mixed[i][j], 12u)", "add64(sum, mixed[i][j], 11u)")],
  },
  {
    what: "NGRC: increments a thousandth too large",
    kind: "wrong constant in a shader",
    models: ["ngrc"],
    edits: [edit("shaders/ngrc/forecast.wgsl", "+ change[i - first];", "+ 1.001 * change[i - first];")],
  },
  {
    what: "NGRC: columns are learned in units of their own",
    kind: "wrong table on the host",
    models: ["ngrc"],
    edits: [edit("src/models/ngrc/segment.ts", "sd[i] = own.deviation || 1;", "sd[i] = 1;")],
  },
  {
    what: "Diffusion: steps share their noise, in kernel and reference",
    kind: "repeated counter",
    models: ["diffusion"],
    edits: [
      edit(
        "shaders/diffusion/stage.wgsl",
        "vec4u(run.first_sample + sample, block, draw, purpose)",
        "vec4u(run.first_sample + sample, block, 0u, purpose)",
      ),
      edit(
        "src/models/diffusion/reference.ts",
        "threefry4x32([sample, block, draw, use], key)",
        "threefry4x32([sample, block, 0, use], key)",
      ),
    ],
  },
  {
    what: "Diffusion: samples are numbered from the start of their batch",
    kind: "repeated counter",
    models: ["diffusion"],
    edits: [edit("shaders/diffusion/stage.wgsl", "run.first_sample + sample, block", "sample, block")],
  },
  {
    what: "Diffusion: noise 0.05 % too large, in WGSL",
    kind: "wrong constant in a shader",
    models: ["diffusion"],
    edits: [edit("shaders/common/normal.wgsl", "-2.0 * natural_log", "-2.002 * natural_log")],
  },
  {
    what: "Diffusion: networks in one dispatch have another activation",
    kind: "wrong constant in a shader",
    models: ["diffusion"],
    edits: [edit("shaders/diffusion/fused.wgsl", "z / (1.0 + exp(-z))", "z / (2.0 + exp(-z))")],
  },
  {
    what: "Diffusion: networks layer by layer have another activation",
    kind: "wrong constant in a shader",
    models: ["diffusion"],
    edits: [edit("shaders/diffusion/layers.wgsl", "z / (1.0 + exp(-z))", "z / (2.0 + exp(-z))")],
  },
  {
    what: "Diffusion: points weigh as with less noise",
    kind: "wrong constant in a shader",
    models: ["diffusion"],
    edits: [edit("shaders/diffusion/points.wgsl", "0.5 / max(", "0.8 / max(")],
  },
  {
    what: "Diffusion: components weigh as with less noise where their covariance is full",
    kind: "wrong constant in a shader",
    models: ["diffusion"],
    edits: [edit("shaders/diffusion/mixture.wgsl", "square += off[i] * pulled;", "square += 1.6 * off[i] * pulled;")],
  },
  {
    what: "Diffusion: guidance goes half as far in steps of their own",
    kind: "wrong constant in a shader",
    models: ["diffusion"],
    edits: [
      edit(
        "shaders/diffusion/update.wgsl",
        "run.guidance * (d - unguided[place])",
        "0.5 * run.guidance * (d - unguided[place])",
      ),
    ],
  },
  {
    what: "Diffusion: a quantile counts one number too many",
    kind: "wrong constant in a shader",
    models: ["diffusion"],
    edits: [edit("shaders/diffusion/advance.wgsl", "if (count > rank) {", "if (count > rank + 1u) {")],
  },
  {
    what: "Diffusion: scores are taken with the noise instead of its square",
    kind: "wrong constant in a shader",
    models: ["diffusion"],
    edits: [edit("shaders/diffusion/custom.wgsl", "(now + noise * noise * out[i])", "(now + noise * out[i])")],
  },
  {
    what: "Diffusion: squares of weights fall as the weights",
    kind: "wrong constant in a shader",
    models: ["diffusion"],
    edits: [edit("shaders/diffusion/posterior.wgsl", "squares *= fall * fall;", "squares *= fall;")],
  },
  {
    what: "Diffusion: data are scaled by their size about 0, and not about their mean",
    kind: "wrong table on the host",
    models: ["diffusion"],
    edits: [
      edit(
        "src/models/diffusion/data/unit.ts",
        "deviations[i] = deviation;",
        "deviations[i] = Math.hypot(mean, deviation);",
      ),
    ],
  },
  {
    what: "Diffusion: samples come out without the mean of their data",
    kind: "wrong table on the host",
    models: ["diffusion"],
    edits: [
      edit("src/models/diffusion/data/unit.ts", "centre[at % d] + scale[at % d] * value", "scale[at % d] * value"),
    ],
  },
  {
    what: "Training: slopes of the biases halved",
    kind: "wrong constant in a shader",
    models: ["diffusion-training"],
    edits: [edit("shaders/diffusion-training/tally.wgsl", "2.0 * run.share * sums[0].x", "run.share * sums[0].x")],
  },
  {
    what: "Training: slopes of an activation without those of its sigmoid",
    kind: "wrong constant in a shader",
    models: ["diffusion-training"],
    edits: [edit("shaders/diffusion-training/forward.wgsl", "sigmoid * (1.0 + z * (1.0 - sigmoid))", "sigmoid")],
  },
  {
    what: "Training: slopes of a layer do not pass it by",
    kind: "wrong constant in a shader",
    models: ["diffusion-training"],
    edits: [
      edit(
        "shaders/diffusion-training/back.wgsl",
        "sums[i] = above[(unit + i) * run.quads + place.at];",
        "sums[i] = vec4f();",
      ),
    ],
  },
  {
    what: "Training: slopes of the weights halved",
    kind: "wrong constant in a shader",
    models: ["diffusion-training"],
    edits: [edit("shaders/diffusion-training/gradient.wgsl", "2.0 * run.share * sums[i]", "run.share * sums[i]")],
  },
  {
    what: "Training: what is said is without its bias",
    kind: "wrong constant in a shader",
    models: ["diffusion-training"],
    edits: [edit("shaders/diffusion-training/output.wgsl", "tile[i] + parameters[bias + group.y][i]", "tile[i]")],
  },
  {
    what: "Training: noise levels 5 % too wide",
    kind: "wrong constant in a shader",
    models: ["diffusion-training"],
    edits: [
      edit("shaders/diffusion-training/draw.wgsl", "run.noise_sd * normal_pair", "1.05 * run.noise_sd * normal_pair"),
    ],
  },
  {
    what: "Training: Adam's second moment is not corrected",
    kind: "wrong constant in a shader",
    models: ["diffusion-training"],
    edits: [edit("shaders/diffusion-training/update.wgsl", "sqrt(step.correction * variance)", "sqrt(variance)")],
  },
  {
    what: "Training: the average moves half as far",
    kind: "wrong constant in a shader",
    models: ["diffusion-training"],
    edits: [
      edit(
        "shaders/diffusion-training/update.wgsl",
        "averages[i] + step.renewal *",
        "averages[i] + 0.5 * step.renewal *",
      ),
    ],
  },
  {
    what: "Training: losses halved",
    kind: "wrong constant in a shader",
    models: ["diffusion-training"],
    edits: [
      edit(
        "shaders/diffusion-training/update.wgsl",
        "losses[step.slot] = run.share * sum",
        "losses[step.slot] = 0.5 * run.share * sum",
      ),
    ],
  },
  {
    what: "Training: sums are added up before all lanes have theirs",
    kind: "dropped barrier",
    models: ["diffusion-training"],
    edits: [edit("shaders/diffusion-training/tally.wgsl", "    workgroupBarrier();\n", "")],
  },
  {
    what: "Training: each step draws the same minibatch",
    kind: "repeated counter",
    models: ["diffusion-training"],
    edits: [edit("shaders/diffusion-training/draw.wgsl", "vec4u(sample, step.step, ", "vec4u(sample, 0u, ")],
  },
  {
    what: "Gillespie: reactions are chosen by the number that made the waiting time",
    kind: "repeated counter",
    models: ["gillespie"],
    edits: [
      edit("src/models/gillespie/kernel/own-words.ts", "next_reaction(words.xy, 1u);", "next_reaction(words.xx, 1u);"),
      edit("src/models/gillespie/kernel/own-words.ts", "next_reaction(words.zw, 2u);", "next_reaction(words.zz, 2u);"),
    ],
  },
  {
    what: "Gillespie: all trajectories draw the same numbers, in kernel and reference",
    kind: "repeated counter",
    models: ["gillespie"],
    edits: [
      edit(
        "shaders/gillespie/direct.wgsl",
        "next_two(threefry4x32(vec4u(place, 0u), key));",
        "next_two(threefry4x32(vec4u(0u, place.yz, 0u), key));",
      ),
      edit(
        "src/models/gillespie/reference/reference.ts",
        "threefry4x32([replicate, point, block, 0], key)",
        "threefry4x32([0, point, block, 0], key)",
      ),
    ],
  },
  {
    what: "Gillespie: sums are added up before all lanes have theirs",
    kind: "dropped barrier",
    models: ["gillespie"],
    edits: [edit("shaders/gillespie/reduce.wgsl", "    workgroupBarrier();\n", "")],
  },
  {
    what: "Gillespie: a leap fires twice as often",
    kind: "wrong constant in a shader",
    models: ["gillespie"],
    edits: [
      edit(
        "shaders/gillespie/leap.wgsl",
        "Count(poisson(mean, reaction, trial))",
        "Count(poisson(2.0 * mean, reaction, trial))",
      ),
    ],
  },
  {
    what: "Gillespie: the Langevin equation drifts twice as fast",
    kind: "wrong constant in a shader",
    models: ["gillespie"],
    edits: [edit("shaders/gillespie/leap.wgsl", "return mean + sqrt(mean)", "return 2.0 * mean + sqrt(mean)")],
  },
  {
    what: "Gillespie: a node of the tree of a large network leaves out the count that its reactions share",
    kind: "wrong constant in a shader",
    models: ["gillespie"],
    edits: [edit("shaders/gillespie/table.wgsl", "total * factor_of(shape >> 12u)", "total")],
  },
  {
    what: "Gillespie: reactions of large networks change counts by twice as much",
    kind: "wrong constant in a shader",
    models: ["gillespie"],
    edits: [
      edit(
        "shaders/gillespie/table.wgsl",
        "Count(i32(points[k + 1u])) * times;",
        "Count(2 * i32(points[k + 1u])) * times;",
      ),
    ],
  },
  {
    what: "Gillespie: in large networks only the last reaction that may use a species up counts",
    kind: "wrong constant in a shader",
    models: ["gillespie"],
    edits: [edit("shaders/gillespie/table_leap.wgsl", "critical_total += rate;", "critical_total = rate;")],
  },
  {
    what: "Gillespie: a first passage is noted an interval late",
    kind: "wrong constant in a shader",
    models: ["gillespie"],
    edits: [edit("shaders/gillespie/direct.wgsl", "passage = grid;", "passage = grid + 1u;")],
  },
  {
    what: "Gillespie: a reversible law is split wrongly, a tenth of the way back is lost",
    kind: "wrong split",
    models: ["gillespie"],
    edits: [
      edit(
        "src/models/gillespie/sbml/reversible.ts",
        "return { forward, backward };",
        'return { forward, backward: call("*", number(0.9), backward) };',
      ),
    ],
  },
  {
    what: "Gillespie: of events that meet the first is executed alone",
    kind: "lost event",
    models: ["gillespie"],
    edits: [edit("shaders/gillespie/events.wgsl", "    due &= ~(1u << event);\n", "    due = 0u;\n")],
  },
  {
    what: "Gillespie: the statistical factor of a .net is forgotten",
    kind: "wrong table on the host",
    models: ["gillespie"],
    edits: [
      edit(
        "src/models/gillespie/formats/bionetgen.ts",
        "const constant = ordered === 1 ? rate :",
        "const constant = ordered !== 0 ? rate :",
      ),
    ],
  },
  {
    what: "Gillespie: an event that is written as SBML loses its delay",
    kind: "lost event",
    models: ["gillespie"],
    edits: [edit("src/models/gillespie/formats/sbml-writer.ts", "...(delay ? [`  <delay>", "...(!delay ? [`  <delay>")],
  },
  {
    what: "Gillespie: reactions are chosen by sums in f32 alone, so that their order matters",
    kind: "f32 rounding",
    models: ["gillespie"],
    edits: [
      edit("src/models/gillespie/kernel/unrolled.ts", "if (near > CLEAR * whole) {", "if (near >= 0.0) {"),
      edit(
        "src/models/gillespie/kernel/unrolled.ts",
        "return select(chosen, NEVER, chosen >= REACTIONS);",
        "return min(chosen, REACTIONS - 1u);",
      ),
    ],
  },
  {
    what: "Gillespie: a leap does not look ahead, over a pulse",
    kind: "wrong constant in a shader",
    models: ["gillespie"],
    edits: [
      edit("shaders/gillespie/leap.wgsl", "const SEES_TIME = USES_TIME && !VERSION1;", "const SEES_TIME = false;"),
    ],
  },
  {
    what: "Gillespie: what grows by a rate of its own grows half as fast",
    kind: "wrong constant in a shader",
    models: ["gillespie"],
    edits: [
      edit("shaders/gillespie/hybrid.wgsl", "result[i] += by * slope[i];", "result[i] += 0.5 * by * slope[i];"),
      edit("shaders/gillespie/hybrid.wgsl", "values[i] + h * ((2.0 / 9.0)", "values[i] + 0.5 * h * ((2.0 / 9.0)"),
    ],
  },
  {
    what: "Gillespie: the draws of an event share their numbers, in kernel and reference",
    kind: "repeated counter",
    models: ["gillespie"],
    edits: [
      edit("shaders/gillespie/draws.wgsl", "draw_counter.w = index << DRAW_BITS;", "draw_counter.w = 0u;"),
      edit("src/models/gillespie/reference/sampling.ts", "occasion, at + block]", "occasion, block]"),
    ],
  },
  {
    what: "Gillespie: all trajectories draw the same numbers in events, in kernel and reference",
    kind: "repeated counter",
    models: ["gillespie"],
    edits: [
      edit("shaders/gillespie/draws.wgsl", "vec4u(place.xy, occasion, 0u)", "vec4u(0u, place.y, occasion, 0u)"),
      edit("src/models/gillespie/reference/sampling.ts", "threefry4x32([replicate, point,", "threefry4x32([0, point,"),
    ],
  },
  {
    what: "Gillespie: many coins are accepted by heights of a hundredth more coins",
    kind: "wrong constant in a shader",
    models: ["gillespie"],
    edits: [
      edit(
        "shaders/gillespie/draw_counts.wgsl",
        "(square.x >> 8u) | (square.y << 24u)), m);",
        "(square.x >> 8u) | (square.y << 24u)), m + m / 100u);",
      ),
    ],
  },
  {
    what: "Gillespie: the strips of a rejection are a tenth lower than is said",
    kind: "wrong constant in a shader",
    models: ["gillespie"],
    edits: [edit("shaders/gillespie/draw_counts.wgsl", "0x00b17217u)", "0x00a00000u)")],
  },
  {
    what: "Gillespie: a delayed reaction completes after half its delay",
    kind: "wrong constant in a shader",
    models: ["gillespie"],
    edits: [edit("shaders/gillespie/delays.wgsl", "j + delay_units + u32(whole)", "j + delay_units / 2u + u32(whole)")],
  },
  {
    what: "Gillespie: what waits is kept in the order in which it came",
    kind: "lost event",
    models: ["gillespie"],
    edits: [
      edit(
        "shaders/gillespie/delays.wgsl",
        "    if (!is_due_before(due, above)) {\n      break;\n    }\n",
        "    break;\n",
      ),
    ],
  },
  {
    what: "Gillespie: one trajectory more in the header",
    models: ["gillespie"],
    ...stale(
      "src/models/gillespie/simulation.ts",
      "header: { replicates, shift, ...this.numbering }",
      "header: { replicates: replicates + 1, shift, ...this.numbering }",
    ),
  },
  {
    what: "Dynamics: the sum of stages takes 1.9 and not 2 of those in the middle, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("src/models/dynamics/kernel/wgsl.ts", "+ 2.0 * (b.v", "+ 1.9 * (b.v")],
  },
  {
    what: "Dynamics: the second stage has the time of the first, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [
      edit(
        "shaders/dynamics/runge-kutta.wgsl",
        "let k2 = rates(stepped(x.high, now.half, k1), c, t + now.half);",
        "let k2 = rates(stepped(x.high, now.half, k1), c, t);",
      ),
    ],
  },
  {
    what: "Dynamics: Tsitouras' fifth stage has a wrong weight, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/tsitouras.wgsl", "8.159367898576159", "8.139367898576159")],
  },
  {
    what: "Dynamics: Tsitouras' error leaves out the slope at the end, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/tsitouras.wgsl", "0.015151515151515152, d7", "0.0, d7")],
  },
  {
    what: "Dynamics: a measurement within a step has a wrong weight of the last slope, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/tsitouras.wgsl", "v * (1.5 + u", "v * (1.4 + u")],
  },
  {
    what: "Dynamics: after a step that was rejected the time goes on, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/adaptive.wgsl", "own.rejected++;", "own.rejected++; own.time = after;")],
  },
  {
    what: "Dynamics: the tolerance is ten times as large as it says, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/adaptive.wgsl", "(adaptive.tolerance * own", "(10.0 * adaptive.tolerance * own")],
  },
  {
    what: "Dynamics: errors of steps are judged by the sizes of variables, however small they are by then, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/adaptive.wgsl", "* inverse, NOTHING);", "* inverse, 1.0);")],
  },
  {
    what: "Dynamics: the matrix of a stiff step is that of the flow back in time, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/rosenbrock.wgsl", "- a * number_or_zero(slope)", "+ a * number_or_zero(slope)")],
  },
  {
    what: "Dynamics: rows of a matrix change places, and right sides do not, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/rosenbrock.wgsl", "right[(*own).order[i]]", "right[i]")],
  },
  {
    what: "Dynamics: the error of a stiff step weighs its second slope wrongly, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/rosenbrock.wgsl", "const OF_SECOND = 7.4142137", "const OF_SECOND = 7.0")],
  },
  {
    what: "Dynamics: a stiff step leaves out how right sides change with the time, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/rosenbrock.wgsl", "solved(&w, stepped(k, 1.0, driven))", "solved(&w, k)")],
  },
  {
    what: "Dynamics: a measurement within a stiff step has a wrong weight, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/rosenbrock.wgsl", "u * (u - 2.0 * GAMMA) /", "u * (u - 1.5 * GAMMA) /")],
  },
  {
    what: "Dynamics: crossings lie on the line between the ends of a step, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [
      edit("shaders/dynamics/ensemble.wgsl", "return x + part * (k + part * (", "return x + part * (d + 0.0 * k * ("),
    ],
  },
  {
    what: "Dynamics: crossings downwards count, too, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/ensemble.wgsl", "direction != 0 && direction != -DIRECTION", "direction != 0")],
  },
  {
    what: "Dynamics: what crosses a section and comes back within a step is not seen, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/ensemble.wgsl", "before * side > 0.0 && after", "before * side > 1.0 && after")],
  },
  {
    what: "Dynamics: a first passage is the last one, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/ensemble.wgsl", "if (number == 0u) {", "if (number >= 0u) {")],
  },
  {
    what: "Dynamics: partial sums over units leave out the last, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [
      edit("shaders/dynamics/units.wgsl", "i < step.many; i += step.fewer", "i + 1u < step.many; i += step.fewer"),
    ],
  },
  {
    what: "Dynamics: the ring of units has an end, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [
      edit("shaders/dynamics/units.wgsl", "select(other, other - UNITS, other >= UNITS)", "min(other, UNITS - 1u)"),
    ],
  },
  {
    what: "Dynamics: units of a trajectory start alike, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [
      edit(
        "shaders/dynamics/units.wgsl",
        "vec4u(trajectory, variable, unit, 0u)",
        "vec4u(trajectory, variable, 0u, 0u)",
      ),
    ],
  },
  {
    what: "Dynamics: a sum of sines is split with the wrong sign, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [
      edit(
        "src/models/dynamics/kernel/split.ts",
        '{ own: call("negate", sine.own), other: sine.other }',
        "{ own: sine.own, other: sine.other }",
      ),
    ],
  },
  {
    what: "Dynamics: what lies between nodes of the past is a line, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/runge-kutta-delayed.wgsl", "now.h * u * v * (", "0.0 * (")],
  },
  {
    what: "Dynamics: a lag is a whole number of steps, whatever is left, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("src/models/dynamics/kernel/gpu.ts", "part: steps - Math.floor(steps)", "part: 0")],
  },
  {
    what: "Dynamics: a step that ends where the past ends takes the start, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [
      edit(
        "shaders/dynamics/runge-kutta-delayed.wgsl",
        "select(ceil(shift) - 1.0, floor(shift), part == 0.0)",
        "floor(shift)",
      ),
    ],
  },
  {
    what: "Dynamics: flows take one step more than their time asks for, on both sides",
    kind: "wrong table on the host",
    models: ["dynamics"],
    edits: [edit("src/models/dynamics/plan.ts", "h: interval / perRow, steps", "h: interval / (perRow + 1), steps")],
  },
  {
    what: "Dynamics: a product's derivative leaves out its last factor's, on both sides",
    kind: "wrong table on the host",
    models: ["dynamics"],
    edits: [
      edit(
        "src/expression/derivative.ts",
        "sum(...parts.map((part, i) =>",
        "sum(...parts.slice(0, -1).map((part, i) =>",
      ),
    ],
  },
  {
    what: "Dynamics: all trajectories start from the same random numbers, on both sides",
    kind: "repeated counter",
    models: ["dynamics"],
    edits: [
      edit("shaders/dynamics/ensemble.wgsl", "vec4u(trajectory, i, 0u, 0u)", "vec4u(0u, i, 0u, 0u)"),
      edit("src/models/dynamics/reference/start.ts", "[trajectory, i, 0, 0]", "[0, i, 0, 0]"),
    ],
  },
  {
    what: "Dynamics: starts of exponential laws have the rate for their mean, on both sides",
    kind: "wrong table on the host",
    models: ["dynamics"],
    edits: [
      edit("shaders/dynamics/laws.wgsl", "return pair_div(vec2f(-natural_log(", "return pair_mul(vec2f(-natural_log("),
      edit(
        "src/models/dynamics/reference/start.ts",
        "-Math.log((words[0] + 0.5) / 2 ** 32) / a",
        "-Math.log((words[0] + 0.5) / 2 ** 32) * a",
      ),
    ],
  },
  {
    what: "Dynamics: exponents count the growth before the first measurement",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/steps.wgsl", "slots[k], measures && exists[k]", "slots[k], exists[k]")],
  },
  {
    what: "Dynamics: a value on an edge of a histogram is in the bin below, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/histograms.wgsl", "+ middle] <= key", "+ middle] < key")],
  },
  {
    what: "Dynamics: histograms of a sweep are all those of the first point, in the kernel",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/histograms.wgsl", "slot / shape.count)", "0u)")],
  },
  {
    what: "Dynamics: edges of histograms end before the upper end, on both sides",
    kind: "wrong table on the host",
    models: ["dynamics"],
    edits: [edit("src/models/dynamics/histograms.ts", "most * i) / bins", "most * i) / (bins + 1)")],
  },
  {
    what: "Dynamics: sums lose what is carried from their lower words",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/dynamics/tally.wgsl", "select(0u, 1u, old + amount.x < old)", "0u")],
  },
  {
    what: "Pairs of f32: a product forgets the low half of its second factor",
    kind: "wrong constant in a shader",
    models: ["dynamics"],
    edits: [edit("shaders/common/pair.wgsl", "opaque(a.x * b.y + a.y * b.x)", "opaque(a.y * b.x)")],
  },
  {
    what: "Dynamics: a checkpoint forgets its last trajectory",
    models: ["dynamics"],
    ...stale("src/models/dynamics/tally.ts", "count: this.count,", "count: Math.max(0, this.count - 1),"),
  },
];

// requires: common/threefry.wgsl
// Lattices with local rules: sweeps of one colour after another, or of all sites at once; sums; random starts; discs that are painted.
// A model's own file requires this one and has `update` and `tally` (src/models/lattice/rule.ts). Before both stands what
// src/models/lattice/wgsl.ts writes for the lattice at hand: SITES, REPLICAS, STATES, NEIGHBOURS, SUMS, TABLE, LAYER, SYNCHRONOUS, `near` and `parity`.

struct Run {
  seed: vec2u,
  purpose: u32,
  first_replica: u32,
}

struct Step {
  sweep: u32,
  colour: u32,
  /// Sites of this colour in `order`.
  first: u32,
  count: u32,
  /// Where the cells are read, and where they are written.
  source: u32,
  goal: u32,
  /// Which measurement of a submission this is.
  slot: u32,
}

@group(0) @binding(0) var<uniform> run: Run;
@group(0) @binding(1) var<uniform> step: Step;
/// The state of each site, [replica][site]; twice, where all sites are updated at once.
@group(0) @binding(2) var<storage, read_write> cells: array<u32>;
@group(0) @binding(3) var<storage, read> order: array<u32>;
/// TABLE words for each replica.
@group(0) @binding(4) var<storage, read> tables: array<u32>;
/// [slot][replica][sum]
@group(0) @binding(5) var<storage, read_write> sums: array<atomic<u32>>;

override WORKGROUP: u32;

/// Sites of one block of random numbers: two words each.
const PAIR = 2u;
/// Sites that an invocation counts.
const COUNTED = 16u;

/// Whether 64 random bits are below the probability in two words of a table, the high one first; the largest of both stands for certainty.
fn below(random: vec2u, at: u32) -> bool {
  let high = tables[at];
  let low = tables[at + 1u];
  return (high & low) == 0xffffffffu || random.y < high || (random.y == high && random.x < low);
}

@compute @workgroup_size(WORKGROUP)
fn advance(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let thread = id.x + id.y * groups.x * WORKGROUP;
  let pairs = (step.count + PAIR - 1u) / PAIR;
  if (thread >= pairs * REPLICAS) {
    return;
  }
  let replica = thread / pairs;
  let index = thread - replica * pairs;
  let key = vec4u(run.seed, run.purpose, run.first_replica + replica);
  let random = threefry4x32(vec4u(index, step.sweep, 0u, step.colour), key);
  for (var k = 0u; k < PAIR; k++) {
    let at = PAIR * index + k;
    if (at >= step.count) {
      break;
    }
    var site = at;
    if (!SYNCHRONOUS) {
      site = order[step.first + at];
    }
    let base = step.source + replica * SITES;
    let word = select(random.xy, random.zw, k == 1u);
    cells[step.goal + replica * SITES + site] = update(cells[base + site], near(base, site), word, replica * TABLE);
  }
}

var<workgroup> counted: array<atomic<u32>, SUMS>;

/// Called by a model's `tally`.
fn count(sum: u32, amount: u32) {
  atomicAdd(&counted[sum], amount);
}

@compute @workgroup_size(WORKGROUP)
fn measure(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var i = lane; i < SUMS; i += WORKGROUP) {
    atomicStore(&counted[i], 0u);
  }
  workgroupBarrier();
  let parts = (SITES + WORKGROUP * COUNTED - 1u) / (WORKGROUP * COUNTED);
  let group = id.x + id.y * groups.x;
  let replica = group / parts;
  if (replica < REPLICAS) {
    let base = step.source + replica * SITES;
    let first = (group - replica * parts) * WORKGROUP * COUNTED + lane;
    for (var k = 0u; k < COUNTED; k++) {
      let site = first + k * WORKGROUP;
      if (site >= SITES) {
        break;
      }
      tally(cells[base + site], near(base, site), parity(site));
    }
  }
  workgroupBarrier();
  if (replica < REPLICAS) {
    for (var i = lane; i < SUMS; i += WORKGROUP) {
      let amount = atomicLoad(&counted[i]);
      if (amount > 0u) {
        atomicAdd(&sums[(step.slot * REPLICAS + replica) * SUMS + i], amount);
      }
    }
  }
}

/// Every state with the same chance, but for 2^-32: the whole part of a share of STATES.
@compute @workgroup_size(WORKGROUP)
fn start(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let thread = id.x + id.y * groups.x * WORKGROUP;
  let blocks = (SITES + 3u) / 4u;
  if (thread >= blocks * REPLICAS) {
    return;
  }
  let replica = thread / blocks;
  let block = thread - replica * blocks;
  let random = threefry4x32(vec4u(block, 0u, 0u, 0u), vec4u(run.seed, run.purpose, run.first_replica + replica));
  for (var k = 0u; k < 4u && 4u * block + k < SITES; k++) {
    // STATES is at most 256: the product of a word with it in two halves.
    let low = (random[k] & 0xffffu) * STATES;
    let high = (random[k] >> 16u) * STATES + (low >> 16u);
    cells[step.goal + replica * SITES + 4u * block + k] = high >> 16u;
  }
}

/// A disc around x, y in the first layer of the first replica: `step` has x, y, the square of the radius and the state.
@compute @workgroup_size(WORKGROUP)
fn paint(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let site = id.x + id.y * groups.x * WORKGROUP;
  if (site >= LAYER.x * LAYER.y) {
    return;
  }
  let place = vec2u(site % LAYER.x, site / LAYER.x);
  let centre = vec2u(step.sweep, step.colour);
  let apart = max(place, centre) - min(place, centre);
  // The shorter way around, where there is one.
  let shorter = select(apart, min(apart, LAYER - apart), WRAPS);
  // A radius is 1024 at most, and the square of a longer way may be beyond a word.
  let d = min(shorter, vec2u(2048u));
  if (d.x * d.x + d.y * d.y <= step.first) {
    cells[step.goal + site] = step.count;
  }
}

// requires: hopfield/columns.wgsl
// What an update is, for every order of sweeps. A spin is offered its local field h = (sum of pattern times overlap - its own part) / N +
// field: at temperature 0 it aligns with it, else by the heat bath. All in integers: H = N h.

@group(0) @binding(1) var<storage, read_write> spins: array<u32>;
/// 32 a word a replica; for synchronous dynamics as many again for the next state.
@group(0) @binding(2) var<storage, read_write> overlaps: array<i32>;
@group(0) @binding(4) var<storage, read> replicas: array<Replica>;
/// 2^32 times the probability that a spin aligns with a field of 0, 1, 2, ... units.
@group(0) @binding(5) var<storage, read> probabilities: array<u32>;
@group(0) @binding(6) var<uniform> step: Step;

struct Step {
  sweep: u32,
}

/// All at once (Little), each from the state before the sweep.
override SYNCHRONOUS: bool;

/// The first of the updates at hand that flips.
var<workgroup> first: atomic<u32>;
var<workgroup> chosen: u32;

var<private> replica: u32;
var<private> own: Replica;
var<private> lane: u32;
var<private> key: vec4u;

/// Gives an invocation its lane, and its workgroup a replica. False in a workgroup too many, which has nothing to do.
fn begin(id: vec3u, groups: vec3u, index: u32) -> bool {
  lane = index;
  let workgroup = id.x + id.y * groups.x;
  replica = min(workgroup, run.replicas - 1u);
  own = replicas[replica];
  key = stream(replica);
  return workgroup < run.replicas;
}

/// The spin that a field of H units makes of a spin.
fn aligned(field: i32, spin: i32, random: u32) -> i32 {
  if (own.range == 0u && field == 0) {
    return spin;
  }
  let direction = select(-1, 1, field >= 0);
  let size = u32(abs(field));
  if (size >= own.range || random < probabilities[own.probabilities + size]) {
    return direction;
  }
  return -direction;
}

fn spin_at(site: u32) -> i32 {
  return select(-1, 1, ((spins[replica * run.spin_words + site / 32u] >> (site % 32u)) & 1u) == 1u);
}

/// In how many patterns two sites differ.
fn differences(site: u32, other: u32) -> i32 {
  var sum = 0u;
  for (var word = 0u; 32u * word < own.patterns; word++) {
    let left = own.patterns - 32u * word;
    let known = select((1u << (left % 32u)) - 1u, 0xffffffffu, left >= 32u);
    sum += countOneBits((columns[column(replica, word, site)] ^ columns[column(replica, word, other)]) & known);
  }
  return i32(sum);
}

fn replica_overlaps() -> u32 {
  return replica * run.stride;
}

/// A site by a random word: floor(word * SITES / 2^32), in halves of 16 bits because there is no wider product.
fn scaled(word: u32) -> u32 {
  let low = (word & 0xffffu) * run.sites;
  let high = (word >> 16u) * run.sites;
  return (high + (low >> 16u)) >> 16u;
}

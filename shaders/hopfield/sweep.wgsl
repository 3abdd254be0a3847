// requires: hopfield/network.wgsl
// One sweep, SITES updates, one workgroup a replica. A spin is offered its local field h = (sum of pattern times overlap - its own
// part) / N + field: at temperature 0 it aligns with it, else by the heat bath. All in integers: H = N h.
//
// Asynchronous dynamics is a chain, each update sees those before it. 32 updates are prepared at once: their fields from the overlaps
// as they are; then the first of them that flips does so, the overlaps and the fields of those behind it follow, and so on. Where
// flips are rare that costs no more than the fields.

@group(0) @binding(0) var<storage, read_write> spins: array<u32>;
/// 32 * WORDS a replica; for synchronous dynamics as many again for the next state.
@group(0) @binding(1) var<storage, read_write> overlaps: array<i32>;
@group(0) @binding(2) var<storage, read> columns: array<u32>;
@group(0) @binding(3) var<storage, read> replicas: array<Replica>;
/// 2^32 times the probability that a spin aligns with a field of 0, 1, 2, ... units.
@group(0) @binding(4) var<storage, read> chances: array<u32>;
@group(0) @binding(5) var<uniform> run: Run;
@group(0) @binding(6) var<uniform> step: Step;

struct Step {
  sweep: u32,
}

/// 0: sites in their order; 1: sites at random, with replacement; 2: all at once (Little).
override DYNAMICS: u32;
override GROUPS: u32 = WORKGROUP / 32u;
override OVERLAPS: u32 = 32u * WORDS;

var<workgroup> partial: array<i32, WORKGROUP>;
var<workgroup> sites: array<u32, 32>;
var<workgroup> values: array<i32, 32>;
var<workgroup> first: atomic<u32>;
var<workgroup> chosen: u32;

var<private> replica: u32;
var<private> own: Replica;
var<private> lane: u32;
var<private> key: vec4u;

/// The spin that a field of H units makes of a spin.
fn aligned(field: i32, spin: i32, random: u32) -> i32 {
  if (own.range == 0u && field == 0) {
    return spin;
  }
  let direction = select(-1, 1, field >= 0);
  let size = u32(abs(field));
  if (size >= own.range || random < chances[own.chances + size]) {
    return direction;
  }
  return -direction;
}

fn spin_at(site: u32) -> i32 {
  return select(-1, 1, ((spins[replica * SPIN_WORDS + site / 32u] >> (site % 32u)) & 1u) == 1u);
}

/// This lane's part of the sum over patterns for update `lane % 32`: pattern times overlap.
fn part_of_field() -> i32 {
  let start = column(replica, sites[lane % 32u]);
  var sum = 0;
  for (var word = lane / 32u; word < WORDS; word += GROUPS) {
    let bits = columns[start + word];
    let at = replica_overlaps() + 32u * word;
    for (var i = 0u; i < 32u; i++) {
      let overlap = overlaps[at + i];
      sum += select(-overlap, overlap, ((bits >> i) & 1u) == 1u);
    }
  }
  return sum;
}

/// This lane's part of the patterns in which update `lane % 32` and the site of update `other` differ.
fn part_of_differences(other: u32) -> i32 {
  let a = column(replica, sites[lane % 32u]);
  let b = column(replica, sites[other]);
  var sum = 0u;
  for (var word = lane / 32u; word < WORDS; word += GROUPS) {
    let left = i32(own.patterns) - i32(32u * word);
    let mask = select(0xffffffffu, (1u << u32(max(left, 0))) - 1u, left < 32);
    sum += countOneBits((columns[a + word] ^ columns[b + word]) & mask);
  }
  return i32(sum);
}

fn replica_overlaps() -> u32 {
  return replica * OVERLAPS * select(1u, 2u, DYNAMICS == 2u);
}

/// What all lanes of an update have counted.
fn total() -> i32 {
  var sum = 0;
  for (var group = 0u; group < GROUPS; group++) {
    sum += partial[32u * group + lane];
  }
  return sum;
}

/// The overlaps after the spin of update `other` has become `spin`.
fn follow(other: u32, spin: i32, offset: u32) {
  let start = column(replica, sites[other]);
  for (var pattern = lane; pattern < own.patterns; pattern += WORKGROUP) {
    let up = ((columns[start + pattern / 32u] >> (pattern % 32u)) & 1u) == 1u;
    overlaps[replica_overlaps() + offset + pattern] += select(-2, 2, up) * spin;
  }
}

fn flip(other: u32) {
  let site = sites[other];
  spins[replica * SPIN_WORDS + site / 32u] ^= 1u << (site % 32u);
}

@compute @workgroup_size(WORKGROUP)
fn sweep(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  lane = index;
  // A workgroup too many repeats nothing: it has no updates.
  let workgroup = id.x + id.y * groups.x;
  replica = min(workgroup, REPLICAS - 1u);
  let updates = select(0u, SITES, workgroup < REPLICAS);
  own = replicas[replica];
  key = stream(run, replica);

  for (var start = 0u; start < updates; start += 32u) {
    let update = start + lane;
    let due = lane < 32u && update < SITES;
    var random = 0u;
    var spin = 1;
    if (lane < 32u) {
      let draw = min(update, SITES - 1u);
      random = threefry4x32(vec4u(draw / 4u, step.sweep, 0u, 0u), key)[draw % 4u];
      var site = draw;
      if (DYNAMICS == 1u) {
        site = scaled(threefry4x32(vec4u(draw / 4u, step.sweep, 1u, 0u), key)[draw % 4u]);
      }
      sites[lane] = site;
      spin = spin_at(site);
    }
    atomicStore(&first, 32u);
    workgroupBarrier();
    partial[lane] = part_of_field();
    workgroupBarrier();
    var field = 0;
    if (lane < 32u) {
      field = total() - i32(own.patterns) * spin + own.field;
    }

    if (DYNAMICS == 2u) {
      if (lane < 32u) {
        values[lane] = 0;
        if (due) {
          let next = aligned(field, spin, random);
          values[lane] = select(0, next, next != spin);
        }
      }
      workgroupBarrier();
      for (var i = 0u; i < 32u; i++) {
        if (values[i] != 0) {
          follow(i, values[i], OVERLAPS);
          if (lane == 0u) {
            flip(i);
          }
        }
      }
      storageBarrier();
      workgroupBarrier();
      continue;
    }

    var from_lane = 0u;
    loop {
      if (due && lane >= from_lane && aligned(field, spin, random) != spin) {
        atomicMin(&first, lane);
      }
      workgroupBarrier();
      if (lane == 0u) {
        chosen = atomicLoad(&first);
      }
      let other = workgroupUniformLoad(&chosen);
      if (other == 32u) {
        break;
      }
      partial[lane] = part_of_differences(other);
      if (lane == other) {
        values[0] = -spin;
        flip(other);
        atomicStore(&first, 32u);
      }
      workgroupBarrier();
      let flipped = values[0];
      follow(other, flipped, 0u);
      if (lane < 32u) {
        if (sites[lane] == sites[other]) {
          spin = flipped; // its own part of the field goes with it
        } else {
          field += 2 * flipped * (i32(own.patterns) - 2 * total());
        }
      }
      from_lane = other + 1u;
      storageBarrier();
      workgroupBarrier();
    }
  }

  if (DYNAMICS == 2u) {
    storageBarrier();
    workgroupBarrier();
    for (var pattern = lane; pattern < OVERLAPS && updates > 0u; pattern += WORKGROUP) {
      overlaps[replica_overlaps() + pattern] = overlaps[replica_overlaps() + OVERLAPS + pattern];
    }
  }
}

/// A site by a random word: floor(word * SITES / 2^32), in halves of 16 bits because there is no wider product.
fn scaled(word: u32) -> u32 {
  let low = (word & 0xffffu) * SITES;
  let high = (word >> 16u) * SITES;
  return (high + (low >> 16u)) >> 16u;
}

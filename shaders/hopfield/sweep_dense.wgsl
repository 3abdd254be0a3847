// requires: hopfield/update.wgsl
// requires: common/wide.wgsl
// One sweep of a dense memory at temperature 0, one workgroup a replica; a lane has patterns. Each site takes the spin that makes the
// energy -sum of F(M) lower: what the patterns pull is F(M + 1) - F(M - 1) of their overlaps with all spins but this one, from a table
// of integers, so the order in which lanes add does not matter.
//
// BLOCK updates are offered their fields at once: whatever the site, the overlap without it is M - 1 or M + 1, so a pattern's two values
// serve them all. The first that flips does so, and those behind it are offered their fields again.

/// For each word of 32 sites one word a pattern.
@group(0) @binding(7) var<storage, read> rows: array<u32>;
@group(0) @binding(8) var<storage, read> force_table: array<vec2u>;

/// Sites by random numbers, with replacement, instead of in their order.
override RANDOM: bool;

const BLOCK = 8u;

/// Fields of the block from each lane's patterns, [lane][update], then from 8 lanes each.
var<workgroup> partial: array<vec2u, WORKGROUP * BLOCK>;
var<workgroup> fewer: array<vec2u, WORKGROUP>;
var<workgroup> tops: array<i32, WORKGROUP>;
/// Updates of the block that would flip.
var<workgroup> flips: atomic<u32>;

/// The largest overlap of all lanes; -N in lanes without a pattern.
fn largest() -> i32 {
  var top = -i32(run.sites);
  for (var pattern = lane; pattern < own.patterns; pattern += WORKGROUP) {
    top = max(top, overlaps[replica_overlaps() + pattern]);
  }
  tops[lane] = top;
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      tops[lane] = max(tops[lane], tops[lane + half]);
    }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&tops[0]);
}

fn site_of(update: u32) -> u32 {
  let last = min(update, run.sites - 1u);
  if (RANDOM) {
    return scaled(threefry4x32(vec4u(last / 4u, step.sweep, 1u, 0u), key)[last % 4u]);
  }
  return last;
}

fn pattern_bits(site: u32, pattern: u32) -> u32 {
  return rows[(replica * run.own_patterns * run.spin_words + site / 32u) * run.overlaps + pattern];
}

/// What this lane's patterns pull at the sites of the block.
fn add_up(sites: array<u32, BLOCK>, top: i32) {
  var ups: array<bool, BLOCK>;
  var sums: array<vec2u, BLOCK>;
  for (var k = 0u; k < BLOCK; k++) {
    ups[k] = spin_at(sites[k]) == 1;
  }
  for (var pattern = lane; pattern < own.patterns; pattern += WORKGROUP) {
    let overlap = overlaps[replica_overlaps() + pattern];
    let at = select(overlap + i32(run.sites), top + 1 - overlap, run.relative == 1u);
    let lower = force_table[select(at - 1, at + 1, run.relative == 1u)];
    let upper = force_table[select(at + 1, at - 1, run.relative == 1u)];
    let first = pattern_bits(sites[0], pattern);
    for (var k = 0u; k < BLOCK; k++) {
      var bits = first; // sites in their order share a word
      if (RANDOM) {
        bits = pattern_bits(sites[k], pattern);
      }
      let up = ((bits >> (sites[k] % 32u)) & 1u) == 1u;
      let pull = select(upper, lower, up == ups[k]);
      sums[k] = add(sums[k], select(negative(pull), pull, up));
    }
  }
  for (var k = 0u; k < BLOCK; k++) {
    partial[lane * BLOCK + k] = sums[k];
  }
}

@compute @workgroup_size(WORKGROUP)
fn sweep_dense(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let updates = select(0u, run.sites, begin(id, groups, index));
  let next_overlaps = replica_overlaps() + select(0u, run.overlaps, SYNCHRONOUS);
  var top = largest();

  for (var start = 0u; start < updates; start += BLOCK) {
    var sites = array<u32, BLOCK>();
    for (var k = 0u; k < BLOCK; k++) {
      sites[k] = site_of(start + k);
    }
    var behind = 0u; // the updates before this one have been made
    loop {
      add_up(sites, top);
      if (lane == 0u) {
        atomicStore(&flips, 0u);
      }
      workgroupBarrier();
      let update = lane % BLOCK;
      var sum = vec2u();
      for (var other = 0u; other < BLOCK; other++) {
        sum = add(sum, partial[(lane / BLOCK * BLOCK + other) * BLOCK + update]);
      }
      fewer[lane] = sum;
      workgroupBarrier();
      if (lane < BLOCK) {
        var field = vec2u();
        for (var other = lane; other < WORKGROUP; other += BLOCK) {
          field = add(field, fewer[other]);
        }
        let direction = select(1, -1, (field.y >> 31u) == 1u);
        let due = lane >= behind && start + lane < run.sites;
        if (due && any(field != vec2u()) && direction != spin_at(sites[lane])) {
          atomicOr(&flips, 1u << lane);
        }
      }
      workgroupBarrier();
      if (lane == 0u) {
        let all = atomicLoad(&flips);
        chosen = select(all & (~all + 1u), all, SYNCHRONOUS);
      }
      let flipping = workgroupUniformLoad(&chosen);
      if (flipping == 0u) {
        break;
      }
      for (var pattern = lane; pattern < own.patterns; pattern += WORKGROUP) {
        for (var k = 0u; k < BLOCK; k++) {
          if (((flipping >> k) & 1u) == 1u) {
            let up = ((pattern_bits(sites[k], pattern) >> (sites[k] % 32u)) & 1u) == 1u;
            overlaps[next_overlaps + pattern] += select(2, -2, up) * spin_at(sites[k]);
          }
        }
      }
      storageBarrier();
      workgroupBarrier();
      if (lane == 0u) {
        for (var k = 0u; k < BLOCK; k++) {
          spins[replica * run.spin_words + sites[k] / 32u] ^= ((flipping >> k) & 1u) << (sites[k] % 32u);
        }
      }
      storageBarrier();
      workgroupBarrier();
      behind = countTrailingZeros(flipping) + 1u;
      if (!SYNCHRONOUS) {
        top = largest();
      }
      if (SYNCHRONOUS || behind == BLOCK) {
        break;
      }
    }
  }

  if (SYNCHRONOUS) {
    storageBarrier();
    workgroupBarrier();
    for (var pattern = lane; pattern < run.overlaps && updates > 0u; pattern += WORKGROUP) {
      overlaps[replica_overlaps() + pattern] = overlaps[next_overlaps + pattern];
    }
  }
}

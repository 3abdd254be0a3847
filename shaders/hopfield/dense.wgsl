// requires: hopfield/update.wgsl
// requires: hopfield/wide.wgsl
// One sweep of a dense memory at temperature 0, one workgroup a replica; a lane has patterns. Each site takes the spin that makes the
// energy -sum of F(M) lower: what the patterns pull is F(M + 1) - F(M - 1) of their overlaps with all spins but this one, from a table
// of whole numbers, so the order in which lanes add does not matter.

/// For each word of 32 sites one word a pattern.
@group(0) @binding(7) var<storage, read> rows: array<u32>;
@group(0) @binding(8) var<storage, read> pulls: array<vec2u>;

/// Sites by random numbers, with replacement, instead of in their order.
override RANDOM: bool;

var<workgroup> sums: array<vec2u, WORKGROUP>;
var<workgroup> tops: array<i32, WORKGROUP>;

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

@compute @workgroup_size(WORKGROUP)
fn sweep_dense(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  lane = index;
  let workgroup = id.x + id.y * groups.x;
  replica = min(workgroup, run.replicas - 1u);
  let updates = select(0u, run.sites, workgroup < run.replicas); // a workgroup too many has none
  own = replicas[replica];
  key = stream(replica);
  let next_overlaps = replica_overlaps() + select(0u, run.overlaps, SYNCHRONOUS);
  var top = largest();

  for (var update = 0u; update < updates; update++) {
    var site = update;
    if (RANDOM) {
      site = scaled(threefry4x32(vec4u(update / 4u, step.sweep, 1u, 0u), key)[update % 4u]);
    }
    let spin = spin_at(site);
    let row = (replica * run.own_patterns * run.spin_words + site / 32u) * run.overlaps;
    var sum = vec2u();
    for (var pattern = lane; pattern < own.patterns; pattern += WORKGROUP) {
      let up = ((rows[row + pattern] >> (site % 32u)) & 1u) == 1u;
      let others = overlaps[replica_overlaps() + pattern] - select(-spin, spin, up);
      let pull = pulls[select(others + i32(run.sites), top + 1 - others, run.relative == 1u)];
      sum = add(sum, select(negative(pull), pull, up));
    }
    sums[lane] = sum;
    workgroupBarrier();
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
      if (lane < half) {
        sums[lane] = add(sums[lane], sums[lane + half]);
      }
      workgroupBarrier();
    }
    if (lane == 0u) {
      let field = select(1, -1, (sums[0].y >> 31u) == 1u);
      chosen = select(0u, 1u, field != spin && any(sums[0] != vec2u()));
    }
    let flips = workgroupUniformLoad(&chosen);
    if (flips == 1u) {
      for (var pattern = lane; pattern < own.patterns; pattern += WORKGROUP) {
        let up = ((rows[row + pattern] >> (site % 32u)) & 1u) == 1u;
        overlaps[next_overlaps + pattern] += select(2, -2, up) * spin;
      }
      if (lane == 0u) {
        spins[replica * run.spin_words + site / 32u] ^= 1u << (site % 32u);
      }
      storageBarrier();
      workgroupBarrier();
      if (!SYNCHRONOUS) {
        top = largest();
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

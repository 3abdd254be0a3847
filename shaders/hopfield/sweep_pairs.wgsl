// requires: hopfield/update.wgsl
// requires: hopfield/pairs.wgsl
// One sweep with couplings that are not sums over patterns, one workgroup a replica: for each update the lanes add up the field over
// all other spins.

@group(0) @binding(7) var<uniform> pairs: Pairs;

/// Sites by random numbers, with replacement, instead of in their order.
override RANDOM: bool;

/// Words of spins of the largest network.
const MOST_WORDS = 1024u;

/// The spins that make the fields; for synchronous dynamics those before the sweep.
var<workgroup> state: array<u32, MOST_WORDS>;
var<workgroup> sums: array<i32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn sweep_pairs(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let updates = select(0u, run.sites, begin(id, groups, index));
  for (var word = lane; word < run.spin_words; word += WORKGROUP) {
    state[word] = spins[replica * run.spin_words + word];
  }
  workgroupBarrier();

  for (var update = 0u; update < updates; update++) {
    var site = update;
    if (RANDOM) {
      site = scaled(threefry4x32(vec4u(update / 4u, step.sweep, 1u, 0u), key)[update % 4u]);
    }
    var sum = vec4i();
    for (var quad = lane; 4u * quad < run.sites; quad += WORKGROUP) {
      let others = four_spins(state[quad / 8u], 4u * (quad % 8u));
      sum += couplings(replica, own.patterns, site, quad, pairs) * others;
    }
    sums[lane] = sum.x + sum.y + sum.z + sum.w;
    workgroupBarrier();
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
      if (lane < half) {
        sums[lane] += sums[lane + half];
      }
      workgroupBarrier();
    }
    if (lane == 0u) {
      let spin = select(-1, 1, ((state[site / 32u] >> (site % 32u)) & 1u) == 1u);
      let random = threefry4x32(vec4u(update / 4u, step.sweep, 0u, 0u), key)[update % 4u];
      if (aligned(sums[0] + own.field, spin, random) != spin) {
        spins[replica * run.spin_words + site / 32u] ^= 1u << (site % 32u);
        if (!SYNCHRONOUS) {
          state[site / 32u] ^= 1u << (site % 32u);
        }
      }
    }
    workgroupBarrier();
  }
}

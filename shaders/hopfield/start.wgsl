// requires: hopfield/network.wgsl
// The cue: a stored pattern with some of its spins flipped, or random spins. One invocation a word of 32 spins.

@group(0) @binding(1) var<storage, read_write> spins: array<u32>;
@group(0) @binding(2) var<storage, read> columns: array<u32>;
@group(0) @binding(3) var<uniform> cue: Cue;

struct Cue {
  /// Which pattern, or NONE for random spins.
  pattern: u32,
  /// 2^32 times the share of flipped spins.
  noise: u32,
  /// From this site on all spins are down.
  covered: u32,
}

const NONE = 0xffffffffu;

@compute @workgroup_size(WORKGROUP)
fn start(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= run.replicas * run.spin_words) {
    return;
  }
  let replica = index / run.spin_words;
  let first = 32u * (index % run.spin_words);
  var word = 0u;
  for (var i = 0u; i < 32u && first + i < run.sites; i++) {
    let site = first + i;
    let random = threefry4x32(vec4u(site / 4u, 0u, 0u, 0u), stream(replica))[site % 4u];
    var bit = random >> 31u;
    if (cue.pattern != NONE) {
      let stored = (columns[column(replica, cue.pattern / 32u, site)] >> (cue.pattern % 32u)) & 1u;
      bit = stored ^ select(0u, 1u, random < cue.noise);
    }
    word |= select(bit, 0u, site >= cue.covered) << i;
  }
  spins[index] = word;
}

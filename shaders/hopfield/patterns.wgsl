// requires: hopfield/network.wgsl
// Random patterns, one invocation for four words of a column: each bit by itself, or where the bits are biased by its own number.

@group(0) @binding(1) var<storage, read_write> columns: array<u32>;
@group(0) @binding(2) var<uniform> bias: Bias;

struct Bias {
  /// 2^32 times the probability of +1; 2^31 is no bias.
  chance: u32,
}


@compute @workgroup_size(WORKGROUP)
fn make_patterns(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let quads = (run.words + 3u) / 4u;
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= select(1u, run.replicas, run.own_patterns == 1u) * run.sites * quads) {
    return;
  }
  let quad = index % quads;
  let site = (index / quads) % run.sites;
  let replica = index / (quads * run.sites);
  let key = stream(replica);
  var bits = threefry4x32(vec4u(site, quad, 0u, 0u), key);
  if (bias.chance != 0x80000000u) {
    bits = vec4u(0u);
    for (var i = 0u; i < 32u; i++) {
      let words = threefry4x32(vec4u(site, 32u * quad + i, 1u, 0u), key);
      for (var k = 0u; k < 4u; k++) {
        bits[i / 8u] |= select(0u, 1u, words[k] < bias.chance) << (4u * (i % 8u) + k);
      }
    }
  }
  // The largest number of patterns of any replica: a replica with fewer masks the others when it reads.
  for (var k = 0u; k < 4u && 4u * quad + k < run.words; k++) {
    columns[column(replica, 4u * quad + k, site)] = bits[k];
  }
}

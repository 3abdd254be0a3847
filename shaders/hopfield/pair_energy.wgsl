// requires: hopfield/pairs.wgsl
// requires: common/wide.wgsl
// Sum of coupling times both spins over the pairs, for 32 sites a workgroup: minus twice the energy of the couplings.

@group(0) @binding(1) var<storage, read_write> energies: array<vec2u>;
@group(0) @binding(2) var<storage, read> spins: array<u32>;
@group(0) @binding(4) var<storage, read> replicas: array<Replica>;
@group(0) @binding(5) var<uniform> pairs: Pairs;

var<workgroup> parts: array<vec2u, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn pair_energy(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = id.x + id.y * groups.x;
  let replica = min(index / run.spin_words, run.replicas - 1u);
  let word = index % run.spin_words;
  let own = spins[replica * run.spin_words + word];
  var part = vec2u();
  for (var i = 0u; i < 32u && 32u * word + i < run.sites; i++) {
    var sum = vec4i();
    for (var quad = lane; 4u * quad < run.sites; quad += WORKGROUP) {
      let others = four_spins(spins[replica * run.spin_words + quad / 8u], 4u * (quad % 8u));
      sum += couplings(replica, replicas[replica].patterns, 32u * word + i, quad, pairs) * others;
    }
    let field = select(-1, 1, ((own >> i) & 1u) == 1u) * (sum.x + sum.y + sum.z + sum.w);
    part = add(part, vec2u(bitcast<u32>(field), select(0u, ALL, field < 0)));
  }
  parts[lane] = part;
  workgroupBarrier();
  if (lane == 0u && index < run.replicas * run.spin_words) {
    for (var i = 1u; i < WORKGROUP; i++) {
      part = add(part, parts[i]);
    }
    energies[index] = part;
  }
}

// requires: hopfield/lattice.wgsl
// requires: common/wide.wgsl
// Sum of coupling times both spins over a lattice's pairs, each from either side, one invocation a word of 32 sites: minus twice the
// energy of the couplings.

@group(0) @binding(1) var<storage, read_write> energies: array<vec2u>;
@group(0) @binding(2) var<storage, read> spins: array<u32>;
@group(0) @binding(3) var<storage, read> bonds: array<vec4i>;

fn spin_of(replica: u32, site: u32) -> i32 {
  return select(-1, 1, ((spins[replica * run.spin_words + site / 32u] >> (site % 32u)) & 1u) == 1u);
}

@compute @workgroup_size(WORKGROUP)
fn lattice_energy(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= run.replicas * run.spin_words) {
    return;
  }
  let replica = index / run.spin_words;
  let first = 32u * (index % run.spin_words);
  var part = vec2u();
  for (var site = first; site < min(first + 32u, run.sites); site++) {
    let bond = bonds[replica * run.sites + site];
    let others = neighbours(site);
    var field = 0;
    for (var i = 0u; i < 4u; i++) {
      field += bond[i] * spin_of(replica, others[i]);
    }
    field *= spin_of(replica, site);
    part = add(part, vec2u(bitcast<u32>(field), select(0u, 0xffffffffu, field < 0)));
  }
  energies[index] = part;
}

// requires: hopfield/pairs.wgsl
// requires: hopfield/lattice.wgsl
// The couplings of a lattice from the patterns, one invocation a site.

@group(0) @binding(1) var<storage, read_write> bonds: array<vec4i>;
@group(0) @binding(2) var<storage, read> replicas: array<Replica>;
@group(0) @binding(4) var<uniform> pairs: Pairs;

@compute @workgroup_size(WORKGROUP)
fn make_bonds(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= run.replicas * run.sites) {
    return;
  }
  let replica = index / run.sites;
  let site = index % run.sites;
  let others = neighbours(site);
  var bond = i32(pairs.strength) * weights(replica, replicas[replica].patterns, site, others, pairs);
  if (pairs.kept != ALL) {
    let key = cuts(replica, pairs);
    for (var i = 0u; i < 4u; i++) {
      let random = threefry4x32(vec4u(site, others[i] / 4u, 0u, 0u), key)[others[i] % 4u];
      bond[i] = select(0, bond[i], random < pairs.kept);
    }
  }
  bonds[index] = bond;
}

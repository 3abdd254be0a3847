// requires: common/threefry.wgsl
// requires: ising/lattice.wgsl
// A random start: every spin up or down with probability 1/2, one block of four words for the four rows of a tile.

struct Start {
  seed: vec2u,
  purpose: u32,
  first_replica: u32,
  colour: u32,
}

@group(0) @binding(2) var<uniform> start: Start;

@compute @workgroup_size(WORKGROUP)
fn random_start(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let thread = id.x + id.y * groups.x * WORKGROUP;
  if (thread >= TILES * REPLICAS) {
    return;
  }
  let replica = thread / TILES;
  let index = thread - replica * TILES;
  let key = vec4u(start.seed, start.purpose, start.first_replica + replica);
  let tile = tile_at(index, replica);
  own[tile_index(tile)] = threefry4x32(vec4u(index, 0u, 0u, start.colour), key) & valid_sites(tile);
}

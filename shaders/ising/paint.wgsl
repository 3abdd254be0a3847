// requires: ising/lattice.wgsl
// A brush: every spin of one colour of the first replica within a distance of a cell is set up or down. A disc that leaves a
// periodic or antiperiodic axis comes in again at the other edge.

struct Stroke {
  centre: vec2i,
  /// At most 1024, so that its square and those of distances stay far below 2^31.
  radius: i32,
  up: u32,
  colour: u32,
}

@group(0) @binding(2) var<uniform> stroke: Stroke;

/// From the stroke's centre to `at` along an axis of `size` sites, by the shorter way where the axis is closed.
fn distance_along(boundary: u32, at: i32, centre: i32, size: i32) -> i32 {
  let way = abs(at - centre);
  return select(way, min(way, size - way), boundary < FREE);
}

@compute @workgroup_size(WORKGROUP)
fn paint(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let thread = id.x + id.y * groups.x * WORKGROUP;
  // `other` is bound as in every kernel of the lattice; a colour's spins are painted without the other's.
  if (thread >= TILES || arrayLength(&other) == 0u) {
    return;
  }
  let tile = tile_at(thread, 0u);
  var painted = vec4u(0u);
  for (var row = 0u; row < 4u; row++) {
    let y = 4u * tile.y + row;
    let dy = distance_along(BOUNDARY_Y, i32(y), stroke.centre.y, i32(ROWS));
    if (dy > stroke.radius) {
      continue;
    }
    for (var column = 0u; column < 32u; column++) {
      let x = 2u * (32u * tile.x + column) + ((y + stroke.colour) & 1u);
      let dx = distance_along(BOUNDARY_X, i32(x), stroke.centre.x, i32(2u * COLUMNS));
      if (dx <= stroke.radius && dx * dx + dy * dy <= stroke.radius * stroke.radius) {
        painted[row] |= 1u << column;
      }
    }
  }
  painted &= valid_sites(tile);
  if (any(painted != vec4u(0u))) {
    let at = tile_index(tile);
    own[at] = select(own[at] & ~painted, own[at] | painted, stroke.up == 1u);
  }
}

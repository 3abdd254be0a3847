// requires: ising/shape.wgsl
// The lattice of a kernel that writes one colour plane and reads the other. A site's four neighbours all have the other
// colour: the same column in its row, above and below, and in its row the column before (when y + colour is even) or after.
// So a half-sweep reads one plane and writes the other: no races.

override WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read_write> own: array<vec4u>;
@group(0) @binding(1) var<storage, read> other: array<vec4u>;

struct Tile {
  x: u32,
  y: u32,
  /// Where the replica's tiles begin in the plane.
  base: u32,
}

fn tile_at(index: u32, replica: u32) -> Tile {
  let y = index / TILES_X;
  return Tile(index - y * TILES_X, y, replica * TILES);
}

fn tile_index(tile: Tile) -> u32 {
  return tile.base + tile.y * TILES_X + tile.x;
}

/// The bits of a tile that are sites of the lattice.
fn valid_sites(tile: Tile) -> vec4u {
  var sites = vec4u(0xffffffffu);
  if (LAST_COLUMNS < 32u && tile.x == TILES_X - 1u) {
    sites = vec4u((1u << (LAST_COLUMNS & 31u)) - 1u);
  }
  if (LAST_ROWS < 4u && tile.y == TILES_Y - 1u) {
    sites = select(vec4u(0u), sites, vec4u(0u, 1u, 2u, 3u) < vec4u(LAST_ROWS));
  }
  return sites;
}

/// The sites of a tile that have no neighbour within the lattice on one side.
struct Edges {
  left: vec4u,
  right: vec4u,
  top: vec4u,
  bottom: vec4u,
}

fn edges_of(tile: Tile, colour: u32) -> Edges {
  // The first site of a row has this colour where y + colour is even; in the other rows the last site has it.
  let first_site = select(vec4u(1u, 0u, 1u, 0u), vec4u(0u, 1u, 0u, 1u), colour == 1u);
  let last_site = (vec4u(1u) - first_site) << vec4u(LAST_COLUMNS - 1u);
  let sites = valid_sites(tile);
  let last_row = vec4u(0u, 1u, 2u, 3u) == vec4u(LAST_ROWS - 1u);
  return Edges(
    select(vec4u(0u), first_site & sites, tile.x == 0u),
    select(vec4u(0u), last_site & sites, tile.x == TILES_X - 1u),
    select(vec4u(0u), vec4u(sites.x, 0u, 0u, 0u), tile.y == 0u),
    select(vec4u(0u), select(vec4u(0u), sites, last_row), tile.y == TILES_Y - 1u),
  );
}

struct Neighbours {
  same_row: vec4u,
  side: vec4u,
  above: vec4u,
  below: vec4u,
}

/// The four neighbours of every site of a tile. Beyond a free edge the bits mean nothing.
fn neighbours(tile: Tile, colour: u32) -> Neighbours {
  let row = tile.base + tile.y * TILES_X;
  let first = tile.x == 0u;
  let last = tile.x == TILES_X - 1u;
  let centre = other[row + tile.x];
  let left = other[row + select(tile.x - 1u, TILES_X - 1u, first)];
  let right = other[row + select(tile.x + 1u, 0u, last)];

  // One column on: the lowest bit of the next tile comes in at this tile's last column. One column back: likewise.
  let width = select(32u, LAST_COLUMNS, last);
  let left_width = select(32u, LAST_COLUMNS, first);
  let next = (centre >> vec4u(1u)) | ((right & vec4u(1u)) << vec4u(width - 1u));
  let previous = (centre << vec4u(1u)) | ((left >> vec4u(left_width - 1u)) & vec4u(1u));
  let even = vec4u(previous.x, next.y, previous.z, next.w);
  let odd = vec4u(next.x, previous.y, next.z, previous.w);

  let top = tile.y == 0u;
  let bottom = tile.y == TILES_Y - 1u;
  let above_tile = other[tile.base + select(tile.y - 1u, TILES_Y - 1u, top) * TILES_X + tile.x];
  let row_below = other[tile.base + select(tile.y + 1u, 0u, bottom) * TILES_X + tile.x].x;
  var row_above = above_tile.w;
  var below = vec4u(centre.yzw, row_below);
  if (LAST_ROWS < 4u) {
    if (top) {
      row_above = above_tile[LAST_ROWS - 1u];
    }
    if (bottom) {
      below[LAST_ROWS - 1u] = row_below;
    }
  }
  var near = Neighbours(centre, select(even, odd, colour == 1u), vec4u(row_above, centre.xyz), below);
  if (BOUNDARY_X != PERIODIC || BOUNDARY_Y != PERIODIC) {
    let edges = edges_of(tile, colour);
    near.side = across_edge(BOUNDARY_X, near.side, edges.left, edges.right);
    near.above = across_edge(BOUNDARY_Y, near.above, edges.top, vec4u(0u));
    near.below = across_edge(BOUNDARY_Y, near.below, vec4u(0u), edges.bottom);
  }
  return near;
}

// The packed square lattice: two colour planes of a checkerboard, 32 spins a word, four rows a tile.
//
// Site (x, y) has colour (x + y) mod 2 and column x / 2 within its colour. A tile is four rows of 32 columns of one
// colour: a vec4u whose component is the row (y mod 4) and whose bit is the column (mod 32); a set bit is spin up.
// Bits and rows beyond the lattice are zero and stay zero.

/// Sites of one colour in a row (half the lattice's width).
override COLUMNS: u32;
override ROWS: u32;
override REPLICAS: u32 = 1u;

/// Tiles across, tiles down, tiles of one colour of one replica.
override TILES_X: u32 = (COLUMNS + 31u) / 32u;
override TILES_Y: u32 = (ROWS + 3u) / 4u;
override TILES: u32 = TILES_X * TILES_Y;

/// Columns in the last tile of a row, rows in the last tile of a column.
override LAST_COLUMNS: u32 = COLUMNS - 32u * (TILES_X - 1u);
override LAST_ROWS: u32 = ROWS - 4u * (TILES_Y - 1u);

/// What lies beyond the edges of an axis. Host: BOUNDARIES in src/models/ising/boundary.ts.
override BOUNDARY_X: u32 = PERIODIC;
override BOUNDARY_Y: u32 = PERIODIC;
const PERIODIC = 0u;
/// The bonds between the two edges change sign.
const ANTIPERIODIC = 1u;
/// Nothing.
const FREE = 2u;
/// Spins that never flip: all up, all down, or up before the first site and down after the last.
const FIXED_UP = 3u;
const FIXED_DOWN = 4u;
const FIXED_UP_DOWN = 5u;

/// Neighbours as the sites at an edge see them: `before` marks sites whose neighbour lies before the first, `after` those
/// whose neighbour lies after the last. Beyond a free edge there is none, whatever bit stands there.
fn across_edge(boundary: u32, neighbour: vec4u, before: vec4u, after: vec4u) -> vec4u {
  switch boundary {
    case ANTIPERIODIC: {
      return neighbour ^ (before | after);
    }
    case FIXED_UP: {
      return neighbour | before | after;
    }
    case FIXED_DOWN: {
      return neighbour & ~(before | after);
    }
    case FIXED_UP_DOWN: {
      return (neighbour | before) & ~after;
    }
    default: {
      return neighbour;
    }
  }
}

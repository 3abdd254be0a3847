// requires: ising/shape.wgsl
// The lattice as a picture, straight from its bits: a pixel shows the mean over the square of the lattice that it covers, exact at
// every zoom. Far out each word is counted once; close up a pixel reads the two columns that its square touches.

override MODE: u32 = SPINS;
const SPINS = 0u;
/// The part of a cell's right and lower bonds that is broken.
const WALLS = 1u;
/// Means over square blocks of cells: Kadanoff's block spins.
const BLOCKS = 2u;

struct View {
  /// The picture's upper left corner in cells: integer and fraction, since f32 alone is too coarse for large lattices.
  origin: vec2i,
  fraction: vec2f,
  /// Cells a pixel.
  scale: f32,
  /// Cells a side of a block.
  block: u32,
  /// First tile of the replica.
  base: u32,
  /// 1: cells are parted by lines; 2: marked cells are painted over.
  flags: u32,
  background: vec4f,
  colours: array<vec4f, 256>,
}

@group(0) @binding(0) var<storage, read> even_plane: array<vec4u>;
@group(0) @binding(1) var<storage, read> odd_plane: array<vec4u>;
@group(0) @binding(2) var<storage, read> even_marks: array<vec4u>;
@group(0) @binding(3) var<storage, read> odd_marks: array<vec4u>;
@group(0) @binding(4) var<uniform> view: View;

const MARK = vec3f(0.878, 0.125, 0.125);

@vertex
fn whole_picture(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
  return vec4f(f32(4u * (index & 1u)) - 1.0, f32(2u * (index & 2u)) - 1.0, 0.0, 1.0);
}

fn spins(colour: u32, x: u32, y: u32) -> vec4u {
  let at = view.base + y * TILES_X + x;
  if (colour == 0u) {
    return even_plane[at];
  }
  return odd_plane[at];
}

fn marks(colour: u32, x: u32, y: u32) -> vec4u {
  let at = y * TILES_X + x;
  if (colour == 0u) {
    return even_marks[at];
  }
  return odd_marks[at];
}

/// Two bits a cell, whose mean is what a cell shows.
struct Bits {
  a: vec4u,
  b: vec4u,
}

fn cell_bits(colour: u32, x: u32, y: u32, marked: bool) -> Bits {
  if (marked) {
    let bits = marks(colour, x, y);
    return Bits(bits, bits);
  }
  let own = spins(colour, x, y);
  if (MODE != WALLS) {
    return Bits(own, own);
  }
  // The right neighbour has the same column where the row's first cell has this colour, else the next.
  let last = x == TILES_X - 1u;
  let other = spins(1u - colour, x, y);
  let first_of_next = spins(1u - colour, select(x + 1u, 0u, last), y) & vec4u(1u);
  let next = (other >> vec4u(1u)) | (first_of_next << vec4u(select(32u, LAST_COLUMNS, last) - 1u));
  var right = select(vec4u(next.x, other.y, next.z, other.w), vec4u(other.x, next.y, other.z, next.w), colour == 0u);
  let bottom = y == TILES_Y - 1u;
  var row_below = spins(1u - colour, x, select(y + 1u, 0u, bottom)).x;
  if (BOUNDARY_Y != PERIODIC && bottom) {
    if (BOUNDARY_Y == FREE) {
      row_below = own[LAST_ROWS - 1u]; // a bond that is not there is not broken
    } else {
      row_below = across_edge(BOUNDARY_Y, vec4u(row_below), vec4u(0u), vec4u(0xffffffffu)).x;
    }
  }
  var below = vec4u(other.yzw, row_below);
  if (bottom) {
    below[LAST_ROWS - 1u] = row_below;
  }
  if (BOUNDARY_X != PERIODIC && last) {
    let last_site = select(vec4u(0u, 1u, 0u, 1u), vec4u(1u, 0u, 1u, 0u), colour == 1u) << vec4u(LAST_COLUMNS - 1u);
    if (BOUNDARY_X == FREE) {
      right = (right & ~last_site) | (own & last_site);
    } else {
      right = across_edge(BOUNDARY_X, right, vec4u(0u), last_site);
    }
  }
  return Bits(own ^ right, own ^ below);
}

fn counts(bits: Bits, mask: vec4u) -> vec4f {
  return 0.5 * vec4f(countOneBits(bits.a & mask) + countOneBits(bits.b & mask));
}

/// What the cells of column x show in four rows.
fn column(x: u32, tile_y: u32, marked: bool) -> vec4f {
  let tile_x = x >> 6u;
  let mask = vec4u(1u << ((x >> 1u) & 31u));
  let same = counts(cell_bits(x & 1u, tile_x, tile_y, marked), mask);
  let other = counts(cell_bits(1u - (x & 1u), tile_x, tile_y, marked), mask);
  return vec4f(same.x, other.y, same.z, other.w);
}

/// What one cell shows: most pixels of a close view lie within one.
fn cell_value(cell: vec2u) -> f32 {
  let bits = cell_bits((cell.x + cell.y) & 1u, cell.x >> 6u, cell.y >> 2u, false);
  return counts(bits, vec4u(1u << ((cell.x >> 1u) & 31u)))[cell.y & 3u];
}

/// The bits of a word that lie in columns [from, to) of their colour.
fn bits_between(from_column: u32, to_column: u32, word: u32) -> u32 {
  let start = 32u * word;
  let low = max(from_column, start) - start;
  let high = min(max(to_column, start) - start, 32u);
  if (low >= high) {
    return 0u;
  }
  return (0xffffffffu >> (32u - (high - low))) << low;
}

/// The sum over a rectangle of cells and parts of cells, relative to the view's origin, within the lattice.
fn sum_over(low: vec2f, high: vec2f, marked: bool) -> f32 {
  let first_cell = vec2i(floor(low)) + view.origin;
  let end_cell = vec2i(ceil(high)) + view.origin;
  // Whole columns between the two that are cut; a rectangle within one column has only the left.
  let whole_from = i32(ceil(low.x));
  let whole_to = i32(floor(high.x));
  let single = whole_from > whole_to;
  let left_width = select(f32(whole_from) - low.x, high.x - low.x, single);
  let right_width = select(high.x - f32(whole_to), 0.0, single);
  let from_x = u32(whole_from + view.origin.x);
  let to_x = u32(max(whole_to, whole_from) + view.origin.x);

  var sum = 0.0;
  for (var tile_y = u32(first_cell.y) >> 2u; tile_y <= u32(end_cell.y - 1) >> 2u; tile_y++) {
    let top = vec4f(vec4i(vec4u(4u * tile_y) + vec4u(0u, 1u, 2u, 3u)) - vec4i(view.origin.y));
    let heights = max(min(vec4f(high.y), top + 1.0) - max(vec4f(low.y), top), vec4f(0.0));
    var values = vec4f(0.0);
    if (left_width > 0.0) {
      values += left_width * column(u32(first_cell.x), tile_y, marked);
    }
    if (right_width > 0.0) {
      values += right_width * column(to_x, tile_y, marked);
    }
    if (from_x < to_x) {
      // Cell x = 2 column + offset; the offset is 0 in rows whose first cell has the colour.
      let from_0 = (from_x + 1u) >> 1u;
      let to_0 = (to_x + 1u) >> 1u;
      let from_1 = from_x >> 1u;
      let to_1 = to_x >> 1u;
      for (var word = from_x >> 6u; word <= (to_x - 1u) >> 6u; word++) {
        let mask_0 = bits_between(from_0, to_0, word);
        let mask_1 = bits_between(from_1, to_1, word);
        values += counts(cell_bits(0u, word, tile_y, marked), vec4u(mask_0, mask_1, mask_0, mask_1));
        values += counts(cell_bits(1u, word, tile_y, marked), vec4u(mask_1, mask_0, mask_1, mask_0));
      }
    }
    sum += dot(values, heights);
  }
  return sum;
}

/// The edge between pixels i - 1 and i, in cells from the origin. One expression for both, so that no cell is lost between them.
fn edge(i: vec2u) -> vec2f {
  return view.fraction + vec2f(i) * view.scale;
}

@fragment
fn draw(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let pixel = vec2u(position.xy);
  let pixel_low = edge(pixel);
  let pixel_high = edge(pixel + 1u);
  let begin = vec2f(-view.origin);
  let end = vec2f(vec2i(vec2u(2u * COLUMNS, ROWS)) - view.origin);
  var low = max(pixel_low, begin);
  var high = min(pixel_high, end);
  if (any(low >= high)) {
    return view.background;
  }
  let covered = (high - low) / (pixel_high - pixel_low);

  if (MODE == BLOCKS && f32(view.block) > view.scale) {
    let size = f32(view.block);
    let centre = clamp(0.5 * (pixel_low + pixel_high), begin, end - 0.5);
    let block_low = floor((centre - begin) / size) * size + begin;
    low = block_low;
    high = min(block_low + size, end);
  }
  var value: f32;
  if (all(floor(low) + 1.0 >= high)) {
    value = cell_value(vec2u(vec2i(floor(low)) + view.origin));
  } else {
    let area = (high.x - low.x) * (high.y - low.y);
    value = clamp(sum_over(low, high, false) / area, 0.0, 1.0);
  }
  let place = 255.0 * value;
  let entry = min(u32(place), 254u);
  var colour = mix(view.colours[entry].rgb, view.colours[entry + 1u].rgb, place - f32(entry));

  if ((view.flags & 1u) != 0u && any(floor(pixel_low) != floor(pixel_high))) {
    colour = mix(colour, vec3f(0.5), 0.35);
  }
  if ((view.flags & 2u) != 0u) {
    let touched_low = max(floor(pixel_low), begin);
    let touched_high = min(ceil(pixel_high), end);
    if (sum_over(touched_low, touched_high, true) > 0.0) {
      colour = MARK;
    }
  }
  return vec4f(mix(view.background.rgb, colour, covered.x * covered.y), 1.0);
}

// requires: common/threefry.wgsl
// requires: ising/lattice.wgsl
// Half a sweep: every spin of one colour is offered a flip, 128 spins a thread, bit by bit in parallel.
//
// A spin flips if its uniform 64-bit number is below a threshold that depends on the spin and its neighbours. The number
// is revealed from its top bit on, and only while it equals the threshold so far (half of the spins drop out a bit):
//   blocks 0-3   one bit (63 ... 60) for each of the 128 spins; about one in 16 stays undecided;
//   block 4      bits 59 ... 56, shared by the tile's 32 columns: in each the topmost undecided spin;
//   blocks 5 ... each word holds the next 32 bits of one spin: the topmost undecided one of the next column that has any;
//   block TIES + b  has the last bits of the spins of block b that are undecided still, one in 2^32.
// Each random bit is used at most once, so the numbers are independent and the acceptance is exactly threshold / 2^64.
// A block is Threefry at counter (tile, sweep, block, colour): how lazily it is drawn cannot change the result.

/// Metropolis, equal couplings > 0, no field: only spins with three or four aligned neighbours need a random number.
override FAST: bool = false;
/// Thresholds depend on how many of the four neighbours are aligned, not on which: five classes in place of nine. Classes then
/// holds where one, two, three and four are.
override ISOTROPIC: bool = false;
/// Thresholds depend on the spin itself (there is a field).
override SPIN_DEPENDENT: bool = true;
/// Some threshold has bits below 2^-32.
override WIDE: bool = true;
/// Sites at a free edge have thresholds of their own.
override OPEN: bool = false;
/// The thresholds of a replica: high words, then low words where WIDE.
override HIGH_WORDS: u32 = select(18u, 72u, OPEN);
override TABLE_WORDS: u32 = select(HIGH_WORDS, 2u * HIGH_WORDS, WIDE);

struct Run {
  seed: vec2u,
  purpose: u32,
  first_replica: u32,
  /// Sweeps made before this submission.
  sweep: u32,
}

struct Step {
  sweep: u32,
  colour: u32,
}

/// Per replica 18 flip thresholds [spin down, up][aligned horizontal neighbours 0-2][aligned vertical 0-2]: their high
/// words, in units of 2^-32, of which 2^32 - 1 stands for certainty, then their low words. With free edges there are four
/// such groups: for sites with all neighbours, with one missing along x, along y, and along both.
@group(0) @binding(2) var<storage, read> thresholds: array<u32>;
@group(0) @binding(3) var<uniform> run: Run;
@group(0) @binding(4) var<uniform> step: Step;

const ALWAYS = 0xffffffffu;
const TIES = 0x80000000u;

/// Which spins have one or both of their horizontal (x) and vertical (y) neighbours aligned, and which are up.
struct Classes {
  x1: vec4u,
  x2: vec4u,
  y1: vec4u,
  y2: vec4u,
  up: vec4u,
  /// One neighbour along the axis lies beyond a free edge; it counts as not aligned.
  open_x: vec4u,
  open_y: vec4u,
}

/// A bit of every threshold, as masks of all ones or zeros: [spin * 3 + aligned x] [aligned y].
alias Bits = array<vec3u, 6>;

fn bit_masks(table: Bits, bit: u32) -> Bits {
  var bits: Bits;
  for (var i = 0u; i < 6u; i++) {
    bits[i] = vec3u(0u) - ((table[i] >> vec3u(bit)) & vec3u(1u));
  }
  return bits;
}

fn by_vertical(c: Classes, bits: vec3u) -> vec4u {
  return (~(c.y1 | c.y2) & vec4u(bits.x)) | (c.y1 & vec4u(bits.y)) | (c.y2 & vec4u(bits.z));
}

fn by_count(c: Classes, none: vec4u, bits: Bits, spin: u32) -> vec4u {
  return (none & vec4u(bits[spin].x)) | (c.x1 & vec4u(bits[spin].y)) | (c.x2 & vec4u(bits[spin + 1u].y)) |
    (c.y1 & vec4u(bits[spin + 1u].z)) | (c.y2 & vec4u(bits[spin + 2u].z));
}

/// For every spin, the bit that belongs to its class.
fn choose(c: Classes, bits: Bits) -> vec4u {
  if (FAST) {
    return (c.x1 & vec4u(bits[2].y)) | (~c.x1 & vec4u(bits[2].z));
  }
  if (ISOTROPIC) {
    let none = ~(c.x1 | c.x2 | c.y1 | c.y2);
    let of_down = by_count(c, none, bits, 0u);
    if (!SPIN_DEPENDENT) {
      return of_down;
    }
    return (c.up & by_count(c, none, bits, 3u)) | (~c.up & of_down);
  }
  let x0 = ~(c.x1 | c.x2);
  let down = (x0 & by_vertical(c, bits[0])) | (c.x1 & by_vertical(c, bits[1])) | (c.x2 & by_vertical(c, bits[2]));
  if (!SPIN_DEPENDENT) {
    return down;
  }
  let up = (x0 & by_vertical(c, bits[3])) | (c.x1 & by_vertical(c, bits[4])) | (c.x2 & by_vertical(c, bits[5]));
  return (c.up & up) | (~c.up & down);
}

fn certain_masks(table: Bits) -> Bits {
  var certain = Bits();
  for (var i = 0u; i < 6u; i++) {
    certain[i] = select(vec3u(0u), vec3u(ALWAYS), table[i] == vec3u(ALWAYS));
  }
  return certain;
}

fn load_table(start: u32) -> Bits {
  var table: Bits;
  for (var i = 0u; i < 6u; i++) {
    let at = start + 3u * i;
    table[i] = vec3u(thresholds[at], thresholds[at + 1u], thresholds[at + 2u]);
  }
  return table;
}

/// Selects certainties instead of a bit.
const CERTAINTY = 32u;

/// `inside` with the bits of sites at free edges replaced by those of their own thresholds.
fn with_edges(c: Classes, inside: vec4u, table_start: u32, which: u32) -> vec4u {
  let open = c.open_x | c.open_y;
  if (all(open == vec4u(0u))) {
    return inside;
  }
  var bits = inside & ~open;
  for (var kind = 1u; kind < 4u; kind++) {
    let of_kind = select(~c.open_x, c.open_x, (kind & 1u) != 0u) & select(~c.open_y, c.open_y, (kind & 2u) != 0u);
    if (any(of_kind != vec4u(0u))) {
      let table = load_table(table_start + 18u * kind);
      if (which == CERTAINTY) {
        bits |= of_kind & choose(c, certain_masks(table));
      } else {
        bits |= of_kind & choose(c, bit_masks(table, which));
      }
    }
  }
  return bits;
}

/// In each of the 32 columns the topmost set bit.
fn topmost(rows: vec4u) -> vec4u {
  let xy = rows.x | rows.y;
  return vec4u(rows.x, rows.y & ~rows.x, rows.z & ~xy, rows.w & ~(xy | rows.z));
}

/// Four rows, of which at most one has a bit in each column, as one.
fn merge(rows: vec4u) -> u32 {
  return rows.x | rows.y | rows.z | rows.w;
}

fn merge_classes(c: Classes, taken: vec4u) -> Classes {
  return Classes(
    vec4u(merge(c.x1 & taken)),
    vec4u(merge(c.x2 & taken)),
    vec4u(merge(c.y1 & taken)),
    vec4u(merge(c.y2 & taken)),
    vec4u(merge(c.up & taken)),
    vec4u(merge(c.open_x & taken)),
    vec4u(merge(c.open_y & taken)),
  );
}

/// Where the threshold of the one spin that `bit` selects in merged classes stands.
fn class_of(c: Classes, bit: u32, table_start: u32) -> u32 {
  if (FAST) {
    return table_start + select(8u, 7u, (c.x1.x & bit) != 0u);
  }
  let of_spin = select(0u, 9u, SPIN_DEPENDENT && (c.up.x & bit) != 0u);
  if (ISOTROPIC) {
    let one_or_two = select(select(0u, 1u, (c.x1.x & bit) != 0u), 4u, (c.x2.x & bit) != 0u);
    return table_start + of_spin + select(select(one_or_two, 5u, (c.y1.x & bit) != 0u), 8u, (c.y2.x & bit) != 0u);
  }
  let x = select(0u, 3u, (c.x1.x & bit) != 0u) + select(0u, 6u, (c.x2.x & bit) != 0u);
  let y = select(0u, 1u, (c.y1.x & bit) != 0u) + select(0u, 2u, (c.y2.x & bit) != 0u);
  var at = table_start + x + y + of_spin;
  if (OPEN) {
    at += select(0u, 18u, (c.open_x.x & bit) != 0u) + select(0u, 36u, (c.open_y.x & bit) != 0u);
  }
  return at;
}

/// The bits of a threshold that have not been compared when `revealed` have: the next 32, and all after those.
fn remaining(at: u32, revealed: u32) -> vec2u {
  let high = thresholds[at] << revealed;
  if (!WIDE) {
    return vec2u(high, 0u);
  }
  let low = thresholds[at + HIGH_WORDS];
  return vec2u(high | (low >> (32u - revealed)), low << revealed);
}

@compute @workgroup_size(WORKGROUP)
fn half_sweep(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let thread = id.x + id.y * groups.x * WORKGROUP;
  if (thread >= TILES * REPLICAS) {
    return;
  }
  var replica = 0u;
  if (REPLICAS > 1u) {
    replica = thread / TILES;
  }
  let index = thread - replica * TILES;
  let tile = tile_at(index, replica);
  let key = vec4u(run.seed, run.purpose, run.first_replica + replica);
  let sweep = run.sweep + step.sweep;
  let colour = step.colour;
  let table_start = replica * TABLE_WORDS;

  var table: Bits;
  if (FAST) {
    table[2] = vec3u(0u, thresholds[table_start + 7u], thresholds[table_start + 8u]);
  } else {
    table = load_table(table_start);
  }

  let spins = own[tile_index(tile)];
  let near = neighbours(tile, colour);
  let sites = valid_sites(tile);
  // Bits that are set where the neighbour is aligned with the spin.
  let same_row = ~(near.same_row ^ spins);
  var side = ~(near.side ^ spins);
  var above = ~(near.above ^ spins);
  var below = ~(near.below ^ spins);
  var open_x = vec4u(0u);
  var open_y = vec4u(0u);
  var neither = vec4u(0u);
  if (OPEN) {
    let edges = edges_of(tile, colour);
    if (BOUNDARY_X == FREE) {
      open_x = edges.left | edges.right;
      side &= ~open_x;
    }
    if (BOUNDARY_Y == FREE) {
      // A chain has no neighbours along y: as if one of two were aligned.
      open_y = edges.top ^ edges.bottom;
      neither = edges.top & edges.bottom;
      above &= ~edges.top;
      below &= ~edges.bottom;
    }
  }
  var c = Classes(same_row ^ side, same_row & side, (above ^ below) | neither, above & below, spins, open_x, open_y);

  var flips: vec4u;
  if (FAST) {
    let three = (c.x1 & c.y2) | (c.x2 & c.y1);
    flips = ~(three | (c.x2 & c.y2)) & sites;
    c.x1 = three;
  } else {
    if (ISOTROPIC) {
      let x0 = ~(c.x1 | c.x2);
      let y0 = ~(c.y1 | c.y2);
      let two = (c.x1 & c.y1) | (c.x2 & y0) | (x0 & c.y2);
      let three = (c.x1 & c.y2) | (c.x2 & c.y1);
      c = Classes((c.x1 & y0) | (x0 & c.y1), two, three, c.x2 & c.y2, c.up, c.open_x, c.open_y);
    }
    flips = choose(c, certain_masks(table));
    if (OPEN) {
      flips = with_edges(c, flips, table_start, CERTAINTY);
    }
    flips &= sites;
  }
  var undecided = ~flips & sites;

  for (var block = 0u; block < 4u; block++) {
    let random = threefry4x32(vec4u(index, sweep, block, colour), key);
    var bits = choose(c, bit_masks(table, 31u - block));
    if (OPEN) {
      bits = with_edges(c, bits, table_start, 31u - block);
    }
    flips |= undecided & bits & ~random;
    undecided &= ~(bits ^ random);
  }

  let shared_by = topmost(undecided);
  {
    let merged = merge_classes(c, shared_by);
    var open = merge(undecided);
    var accepted = 0u;
    let random = threefry4x32(vec4u(index, sweep, 4u, colour), key);
    for (var i = 0u; i < 4u; i++) {
      var bits = choose(merged, bit_masks(table, 27u - i)).x;
      if (OPEN) {
        bits = with_edges(merged, vec4u(bits), table_start, 27u - i).x;
      }
      accepted |= open & bits & ~random[i];
      open &= ~(bits ^ random[i]);
    }
    flips |= shared_by & vec4u(accepted);
    undecided &= ~shared_by | vec4u(open);
  }

  for (var block = 5u; any(undecided != vec4u(0u)); block++) {
    let taken = topmost(undecided);
    let merged = merge_classes(c, taken);
    let in_block_4 = merge(taken & shared_by);
    var columns = merge(undecided);
    var accepted = 0u;
    var last_bits = vec4u(0u);
    var tied_bits = vec4u(0u);
    let random = threefry4x32(vec4u(index, sweep, block, colour), key);
    for (var i = 0u; i < 4u; i++) {
      let bit = columns & (~columns + 1u);
      columns ^= bit;
      // The bits that were revealed before equal the threshold's, so what is left of both decides.
      let rest = remaining(class_of(merged, bit, table_start), select(4u, 8u, (in_block_4 & bit) != 0u));
      accepted |= select(0u, bit, random[i] < rest.x);
      if (WIDE && random[i] == rest.x) {
        tied_bits[i] = bit;
        last_bits[i] = rest.y;
      }
    }
    if (WIDE && any(tied_bits != vec4u(0u))) {
      let last = threefry4x32(vec4u(index, sweep, TIES | block, colour), key);
      accepted |= merge(select(vec4u(0u), tied_bits, last < last_bits));
    }
    flips |= taken & vec4u(accepted);
    undecided &= ~taken | vec4u(columns);
  }
  own[tile_index(tile)] = spins ^ flips;
}

// requires: common/threefry.wgsl
// requires: ising/lattice.wgsl
// Half a sweep: every spin of one colour is offered a flip, 128 spins a thread, bit by bit in parallel.
//
// A spin flips if its uniform 32-bit number is below a threshold that depends on the spin and its neighbours. The number
// is revealed from its top bit on, and only while it equals the threshold so far (half of the spins drop out a bit):
//   blocks 0-3   one bit (31 ... 28) for each of the 128 spins; about one in 16 stays undecided;
//   block 4      bits 27 ... 24, shared by the tile's 32 columns: in each the topmost undecided spin;
//   blocks 5 ... each word settles one spin: the topmost undecided one of the next column that has any.
// Each random bit is used at most once, so the numbers are independent and the acceptance is exactly threshold / 2^32.
// A block is Threefry at counter (tile, sweep, block, colour): how lazily it is drawn cannot change the result.

/// Metropolis, equal couplings > 0, no field: only spins with three or four aligned neighbours need a random number.
override FAST: bool = false;
/// Thresholds depend on the spin itself (there is a field).
override SPIN_DEPENDENT: bool = true;

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

/// Per replica 18 flip thresholds [spin down, up][aligned horizontal neighbours 0-2][aligned vertical 0-2], in units of
/// 2^-32; 2^32 - 1 stands for certainty.
@group(0) @binding(2) var<storage, read> thresholds: array<u32>;
@group(0) @binding(3) var<uniform> run: Run;
@group(0) @binding(4) var<uniform> step: Step;

const ALWAYS = 0xffffffffu;

/// Which spins have one or both of their horizontal (x) and vertical (y) neighbours aligned, and which are up.
struct Classes {
  x1: vec4u,
  x2: vec4u,
  y1: vec4u,
  y2: vec4u,
  up: vec4u,
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

/// For every spin, the bit that belongs to its class.
fn choose(c: Classes, bits: Bits) -> vec4u {
  if (FAST) {
    return (c.x1 & vec4u(bits[2].y)) | (~c.x1 & vec4u(bits[2].z));
  }
  let x0 = ~(c.x1 | c.x2);
  let down = (x0 & by_vertical(c, bits[0])) | (c.x1 & by_vertical(c, bits[1])) | (c.x2 & by_vertical(c, bits[2]));
  if (!SPIN_DEPENDENT) {
    return down;
  }
  let up = (x0 & by_vertical(c, bits[3])) | (c.x1 & by_vertical(c, bits[4])) | (c.x2 & by_vertical(c, bits[5]));
  return (c.up & up) | (~c.up & down);
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
  );
}

/// The threshold of the one spin that `bit` selects in merged classes.
fn threshold_of(c: Classes, bit: u32, table: u32) -> u32 {
  if (FAST) {
    return thresholds[table + select(8u, 7u, (c.x1.x & bit) != 0u)];
  }
  let x = select(0u, 3u, (c.x1.x & bit) != 0u) + select(0u, 6u, (c.x2.x & bit) != 0u);
  let y = select(0u, 1u, (c.y1.x & bit) != 0u) + select(0u, 2u, (c.y2.x & bit) != 0u);
  return thresholds[table + x + y + select(0u, 9u, SPIN_DEPENDENT && (c.up.x & bit) != 0u)];
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
  let table_start = replica * 18u;

  var table: Bits;
  if (FAST) {
    table[2] = vec3u(0u, thresholds[table_start + 7u], thresholds[table_start + 8u]);
  } else {
    for (var i = 0u; i < 6u; i++) {
      let at = table_start + 3u * i;
      table[i] = vec3u(thresholds[at], thresholds[at + 1u], thresholds[at + 2u]);
    }
  }

  let spins = own[tile_index(tile)];
  let near = neighbours(tile, colour);
  let sites = valid_sites(tile);
  // Bits that are set where the neighbour is aligned with the spin.
  let same_row = ~(near.same_row ^ spins);
  let side = ~(near.side ^ spins);
  let above = ~(near.above ^ spins);
  let below = ~(near.below ^ spins);
  var c = Classes(same_row ^ side, same_row & side, above ^ below, above & below, spins);

  var flips: vec4u;
  if (FAST) {
    let three = (c.x1 & c.y2) | (c.x2 & c.y1);
    flips = ~(three | (c.x2 & c.y2)) & sites;
    c.x1 = three;
  } else {
    var certain = Bits();
    for (var i = 0u; i < 6u; i++) {
      certain[i] = select(vec3u(0u), vec3u(ALWAYS), table[i] == vec3u(ALWAYS));
    }
    flips = choose(c, certain) & sites;
  }
  var undecided = ~flips & sites;

  for (var block = 0u; block < 4u; block++) {
    let random = threefry4x32(vec4u(index, sweep, block, colour), key);
    let bits = choose(c, bit_masks(table, 31u - block));
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
      let bits = choose(merged, bit_masks(table, 27u - i)).x;
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
    let random = threefry4x32(vec4u(index, sweep, block, colour), key);
    for (var i = 0u; i < 4u; i++) {
      let bit = columns & (~columns + 1u);
      columns ^= bit;
      // The bits that were revealed before equal the threshold's, so what is left of both decides.
      let rest = threshold_of(merged, bit, table_start) << select(4u, 8u, (in_block_4 & bit) != 0u);
      accepted |= select(0u, bit, random[i] < rest);
    }
    flips |= taken & vec4u(accepted);
    undecided &= ~taken | vec4u(columns);
  }
  own[tile_index(tile)] = spins ^ flips;
}

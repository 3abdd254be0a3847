// requires: gillespie/direct.wgsl
// Networks too large for registers: counts and propensities in arrays, the reactions in tables. After a firing only those
// propensities are computed that depend on it (Gibson & Bruck 2000, doi 10.1021/jp993732q), and the choice is made in two levels:
// a block of reactions, then one of its own. The laws that are no mass action are generated, as fn law.
//
// The table begins with RECORD words a reaction: the place of its rate constant in the row, or NEVER where it has a law of its own;
// three reactants as species + copies * 2^20, 0 for none; where its changes (species, by how much) begin and end, and where the list
// of the reactions that depend on it.

const RECORD = 8u;

var<private> row: u32;
var<private> x: array<Count, SPECIES>;
var<private> a: array<f32, REACTIONS>;
var<private> sums: array<f32, BLOCKS>;
/// Whether propensities and sums are those of the counts.
var<private> fresh: bool;
var<private> least: f32;
var<private> sign_bits: i32;

fn load_constants(first: u32) {
  row = first;
}

fn constant(i: u32) -> f32 {
  return bitcast<f32>(points[row + i]);
}

fn start_species(first: u32) {
  for (var s = 0u; s < SPECIES; s++) {
    x[s] = Count(points[first + CONSTANTS + s]);
  }
  fresh = false;
}

fn load_species(own: u32) {
  for (var s = 0u; s < SPECIES; s++) {
    x[s] = bitcast<Count>(state[s * run.slots + own]);
  }
  fresh = false;
}

fn store_species(own: u32) {
  for (var s = 0u; s < SPECIES; s++) {
    state[s * run.slots + own] = bitcast<u32>(x[s]);
  }
}

fn record_species(time: u32, own: u32) {
  for (var s = 0u; s < SPECIES; s++) {
    // Real counts are rounded, whole ones stay as they are.
    snapshots[(time * SPECIES + s) * run.slots + own] = u32(x[s] + Count(0.5));
  }
}

fn propensity(reaction: u32) -> f32 {
  let at = RECORD * reaction;
  if (points[at] == NEVER) {
    return law(reaction);
  }
  var value = constant(points[at]);
  for (var k = 1u; k <= 3u; k++) {
    let reactant = points[at + k];
    if (reactant == 0u) {
      break;
    }
    let count = x[reactant & 0xfffffu];
    for (var taken = 0u; taken < (reactant >> 20u); taken++) {
      value *= f32(max(count - Count(taken), Count(0)));
    }
  }
  return value;
}

fn add_block(block: u32) {
  var total = 0.0;
  for (var i = block * BLOCK; i < min((block + 1u) * BLOCK, REACTIONS); i++) {
    total += a[i];
  }
  sums[block] = total;
}

fn propensities() -> f32 {
  if (USES_TIME || !fresh) {
    least = 0.0;
    for (var i = 0u; i < REACTIONS; i++) {
      a[i] = propensity(i);
      least = min(least, a[i]);
    }
    for (var block = 0u; block < BLOCKS; block++) {
      add_block(block);
    }
    fresh = true;
  }
  var total = 0.0;
  for (var block = 0u; block < BLOCKS; block++) {
    total += sums[block];
  }
  return total;
}

fn smallest_propensity() -> f32 {
  return least;
}

/// The last reaction that can happen and before which no more than r is: never one of propensity zero.
fn choose_reaction(r: f32) -> u32 {
  var chosen = 0u;
  var start = 0.0;
  var before = 0.0;
  for (var block = 0u; block < BLOCKS && r >= before; block++) {
    if (sums[block] > 0.0) {
      chosen = block;
      start = before;
    }
    before += sums[block];
  }
  let first = chosen * BLOCK;
  before = start;
  for (var i = first; i < min(first + BLOCK, REACTIONS) && r >= before; i++) {
    if (a[i] > 0.0) {
      chosen = i;
    }
    before += a[i];
  }
  return chosen;
}

fn change_species(reaction: u32, times: Count) {
  for (var k = points[RECORD * reaction + 4u]; k < points[RECORD * reaction + 5u]; k += 2u) {
    let s = points[k];
    x[s] += Count(i32(points[k + 1u])) * times;
    sign_bits |= i32(x[s]);
  }
}

fn fire(reaction: u32) {
  change_species(reaction, Count(1));
  if (!fresh || USES_TIME) {
    return;
  }
  var block = NEVER;
  for (var k = points[RECORD * reaction + 6u]; k < points[RECORD * reaction + 7u]; k++) {
    let i = points[k];
    if (i / BLOCK != block) {
      if (block != NEVER) {
        add_block(block);
      }
      block = i / BLOCK;
    }
    a[i] = propensity(i);
    least = min(least, a[i]);
  }
  if (block != NEVER) {
    add_block(block);
  }
}

/// Negative where a count is, or has grown past 2^31.
fn signs() -> i32 {
  return select(sign_bits, 0, CONTINUOUS);
}

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

fn whole(i: u32) -> i32 {
  return bitcast<i32>(points[row + i]);
}

fn start_species(first: u32) {
  for (var s = 0u; s < SPECIES; s++) {
    x[s] = Count(points[first + CONSTANTS + s]);
  }
  fresh = false;
}

fn round_species(first: u32) {
  for (var s = 0u; s < SPECIES; s++) {
    x[s] += select(Count(0), Count(1), rounds_up(first, s));
  }
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
  return total_of_blocks();
}

fn smallest_propensity() -> f32 {
  return least;
}

/// NEVER where rates are thinned and the number falls beyond all of them.
fn choose(word: u32, half: u32, whole: f32) -> u32 {
  if (VERSION1) {
    let r = version1_share(word, half) * whole;
    return select(choose_in_version1(r), NEVER, THINNED && r >= total_of_blocks());
  }
  let r = (f32(word) + 0.5) * 0x1p-32 * whole;
  var near = 3.0e38;
  var before = 0.0;
  var start = 0.0;
  var block = 0u;
  for (; block < BLOCKS; block++) {
    start = before;
    before += sums[block];
    near = min(near, abs(r - before));
    if (r < before) {
      break;
    }
  }
  var chosen = NEVER;
  if (block < BLOCKS) {
    before = start;
    for (var i = block * BLOCK; i < min((block + 1u) * BLOCK, REACTIONS); i++) {
      before += a[i];
      near = min(near, abs(r - before));
      if (r < before) {
        chosen = i;
        break;
      }
    }
    // All of the block's reactions may stand before r by a rounding error.
    near = select(near, 0.0, chosen == NEVER);
  }
  if (near > CLEAR * whole) {
    return chosen;
  }
  return choose_exactly(vec2u(word, more_bits(half)), whole);
}

/// The block by its sum, then the reaction by its share of its block: both in whole numbers.
fn choose_exactly(words: vec2u, whole: f32) -> u32 {
  let top = exponent_of(whole);
  var total = fixed(whole, top);
  if (!THINNED) {
    total = vec3u();
    for (var block = 0u; block < BLOCKS; block++) {
      total = plus(total, fixed(sums[block], top));
    }
  }
  let point = point_of(total, words.x, words.y);
  var before = vec3u();
  for (var block = 0u; block < BLOCKS; block++) {
    let own = fixed(sums[block], top);
    let next = plus(before, own);
    if (above(next, point)) {
      let last = min((block + 1u) * BLOCK, REACTIONS);
      var all = vec3u();
      for (var i = block * BLOCK; i < last; i++) {
        all = plus(all, fixed(a[i], top));
      }
      var part = vec3u();
      for (var i = block * BLOCK; i < last; i++) {
        part = plus(part, fixed(a[i], top));
        if (above_share(part, all, minus(point, before), own)) {
          return i;
        }
      }
    }
    before = next;
  }
  return NEVER;
}

fn total_of_blocks() -> f32 {
  var total = 0.0;
  for (var block = 0u; block < BLOCKS; block++) {
    total += sums[block];
  }
  return total;
}

/// As gibbs 0.1.0 chose: the last reaction that can happen and before which no more than r is.
fn choose_in_version1(r: f32) -> u32 {
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

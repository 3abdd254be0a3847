// requires: gillespie/direct.wgsl
// Networks too large for registers: counts in an array, reactions in tables. After a firing only those propensities are computed that
// depend on it (Gibson & Bruck 2000, doi 10.1021/jp993732q), and only those partial sums: propensities are the leaves of a tree whose
// nodes are sums, some of them multiplied by the count of a reactant that all leaves below have in common. src/models/gillespie/kernel/
// tree.ts tells why. The laws that are no mass action are generated, as fn law.
//
// The table begins with RECORD words a reaction: the place of its rate constant in the row, or NEVER where it has a law of its own;
// three reactants as species + copies * 2^20, 0 for none; the species, counted from 1, that multiplies a node above, or 0; where its
// changes (species, by how much) begin, then the list of the reactions that depend on it, then that of the nodes from below, and where
// that ends. Then NODE words a node: its first child - reactions, and behind them nodes - and how many + 2^12 (a species counted from 1
// that multiplies them, or 0).
//
// cell and set_cell are generated: an array of the reactions' propensities, without that factor, and behind them of the nodes.

const RECORD = 9u;
const NODE = 2u;
const ROOT = REACTIONS + NODES - 1u;

var<private> row: u32;
var<private> x: array<Count, SPECIES>;
/// Whether propensities and sums are those of the counts.
var<private> fresh: bool;
var<private> least: f32;
var<private> sign_bits: i32;

fn load_constants(first: u32) {
  row = first;
  find_scratch();
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

/// Without the factor that a node has.
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

/// The count of a species counted from 1, and 1 where there is none.
fn factor_of(species: u32) -> f32 {
  if (species == 0u) {
    return 1.0;
  }
  return f32(x[species - 1u]);
}

fn rate_of(reaction: u32) -> f32 {
  return cell(reaction) * factor_of(points[RECORD * reaction + 4u]);
}

fn children_of(node: u32) -> u32 {
  return points[RECORD * REACTIONS + NODE * node];
}

/// Children, and 2^12 the species that multiplies them.
fn shape_of(node: u32) -> u32 {
  return points[RECORD * REACTIONS + NODE * node + 1u];
}

fn add_node(node: u32) {
  let first = children_of(node);
  let shape = shape_of(node);
  var total = 0.0;
  for (var k = first; k < first + (shape & 0xfffu); k++) {
    total += cell(k);
  }
  set_cell(REACTIONS + node, total * factor_of(shape >> 12u));
}

fn add_nodes() {
  for (var node = 0u; node < NODES; node++) {
    add_node(node);
  }
}

fn propensities() -> f32 {
  if (USES_TIME || !fresh) {
    least = 0.0;
    for (var i = 0u; i < REACTIONS; i++) {
      let value = propensity(i);
      set_cell(i, value);
      least = min(least, value);
    }
    add_nodes();
    fresh = true;
  }
  return cell(ROOT);
}

fn smallest_propensity() -> f32 {
  return least;
}

/// Rounding errors of sums of so many terms, and a few more; of their whole.
const UNSURE = f32(2u * FAN + 2u) * 0x1p-24;

/// NEVER where rates are thinned and the number falls beyond all of them.
fn choose(word: u32, half: u32, whole: f32) -> u32 {
  if (VERSION1) {
    let r = version1_share(word, half) * whole;
    return select(choose_in_version1(r), NEVER, THINNED && r >= cell(ROOT));
  }
  var r = (f32(word) + 0.5) * 0x1p-32 * whole;
  var node = NODES - 1u;
  var scale = 1.0;
  var own = whole;
  var unsure = 0.0;
  loop {
    unsure += UNSURE * own;
    let first = children_of(node);
    let shape = shape_of(node);
    scale *= factor_of(shape >> 12u);
    var next = NEVER;
    var start = 0.0;
    var end = 0.0;
    var near = 3.0e38;
    for (var k = first; k < first + (shape & 0xfffu); k++) {
      let before = end;
      let part = cell(k) * scale;
      end += part;
      near = min(near, abs(r - end));
      if (next == NEVER && r < end) {
        next = k;
        start = before;
        own = part;
      }
    }
    if (next == NEVER && THINNED && node == NODES - 1u && near > unsure) {
      return NEVER;
    }
    if (next == NEVER || near <= unsure) {
      break;
    }
    if (next < REACTIONS) {
      return next;
    }
    r -= start;
    node = next - REACTIONS;
  }
  return choose_exactly(vec2u(word, more_bits(half)), whole);
}

/// From the root on a child by its share of its siblings, as integers; what of the random number falls within it is the one of the next.
fn choose_exactly(words: vec2u, whole: f32) -> u32 {
  var number = words;
  var node = NODES - 1u;
  loop {
    let first = children_of(node);
    let last = first + (shape_of(node) & 0xfffu);
    let bounded = THINNED && node == NODES - 1u;
    var most = 0.0;
    for (var k = first; k < last; k++) {
      most = max(most, cell(k));
    }
    // Each is below 2^93, so that the sum of eight fits.
    let top = select(exponent_of(most), exponent_of(whole), bounded);
    var total = fixed(whole, top);
    if (!bounded) {
      total = vec3u();
      for (var k = first; k < last; k++) {
        total = plus(total, fixed(cell(k), top));
      }
    }
    let point = point_of(total, number.x, number.y);
    var before = vec3u();
    var next = NEVER;
    for (var k = first; k < last; k++) {
      let part = fixed(cell(k), top);
      let end = plus(before, part);
      if (above(end, point)) {
        number = fraction_of(minus(point, before), part);
        next = k;
        break;
      }
      before = end;
    }
    if (next < REACTIONS || next == NEVER) {
      return next;
    }
    node = next - REACTIONS;
  }
}

/// a / b in 2^-64, where a < b < 2^95. First the upper word.
fn fraction_of(a: vec3u, b: vec3u) -> vec2u {
  var rest = a;
  var share = vec2u();
  for (var bit = 0u; bit < 64u; bit++) {
    rest = plus(rest, rest);
    share = vec2u((share.x << 1u) | (share.y >> 31u), share.y << 1u);
    if (!above(b, rest)) {
      rest = minus(rest, b);
      share.y |= 1u;
    }
  }
  return share;
}

/// As gibbs 0.1.0 chose: the last reaction that can happen and before which no more than r is.
fn choose_in_version1(r: f32) -> u32 {
  var chosen = 0u;
  var start = 0.0;
  var before = 0.0;
  for (var block = 0u; block + 1u < NODES && r >= before; block++) {
    if (cell(REACTIONS + block) > 0.0) {
      chosen = block;
      start = before;
    }
    before += cell(REACTIONS + block);
  }
  let first = children_of(chosen);
  let last = first + shape_of(chosen);
  before = start;
  for (var i = first; i < last && r >= before; i++) {
    if (cell(i) > 0.0) {
      chosen = i;
    }
    before += cell(i);
  }
  return chosen;
}

fn change_species(reaction: u32, times: Count) {
  for (var k = points[RECORD * reaction + 5u]; k < points[RECORD * reaction + 6u]; k += 2u) {
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
  let nodes = points[RECORD * reaction + 7u];
  for (var k = points[RECORD * reaction + 6u]; k < nodes; k++) {
    let i = points[k];
    let value = propensity(i);
    set_cell(i, value);
    least = min(least, value);
  }
  for (var k = nodes; k < points[RECORD * reaction + 8u]; k++) {
    add_node(points[k]);
  }
}

/// Negative where a count is, or has grown past 2^31.
fn signs() -> i32 {
  return select(sign_bits, 0, CONTINUOUS);
}

// requires: common/product.wgsl
// requires: common/wide.wgsl
// requires: lattice/lattice.wgsl
// The Potts model by the heat bath: a site takes each state with the weight exp(J n / T) of the n neighbours that have it. A replica's table
// (src/models/potts/table.ts) has whether weights grow with fewer neighbours, then for each difference to the best n a weight of 64 bits.

/// floor(u w / 2^64)
fn share(u: vec2u, w: vec2u) -> vec2u {
  let low = product(u.x, w.x);
  let first = product(u.x, w.y);
  let second = product(u.y, w.x);
  let middle = add(add(vec2u(low.y, 0u), vec2u(first.x, 0u)), vec2u(second.x, 0u));
  let carried = add(vec2u(second.y, 0u), vec2u(middle.y, 0u));
  return add(add(product(u.y, w.y), vec2u(first.y, 0u)), carried);
}

fn less(a: vec2u, b: vec2u) -> bool {
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}

fn alike(near: array<u32, NEIGHBOURS>, state: u32) -> u32 {
  var n = 0u;
  for (var i = 0u; i < NEIGHBOURS; i++) {
    n += select(0u, 1u, near[i] == state);
  }
  return n;
}

fn weight(n: u32, best: u32, table: u32) -> vec2u {
  let at = table + 1u + 2u * (max(n, best) - min(n, best));
  return vec2u(tables[at], tables[at + 1u]);
}

fn update(own: u32, near: array<u32, NEIGHBOURS>, random: vec2u, table: u32) -> u32 {
  var best = alike(near, 0u);
  for (var state = 1u; state < STATES; state++) {
    let n = alike(near, state);
    best = select(max(best, n), min(best, n), tables[table] == 1u);
  }
  var total = vec2u(0u);
  for (var state = 0u; state < STATES; state++) {
    total = add(total, weight(alike(near, state), best, table));
  }
  let wanted = share(random, total);
  var below = vec2u(0u);
  for (var state = 0u; state < STATES; state++) {
    below = add(below, weight(alike(near, state), best, table));
    if (less(wanted, below)) {
      return state;
    }
  }
  return own; // never reached: what is wanted is below the total
}

/// Sites in each state; and bonds whose two sites are alike, each once.
fn tally(own: u32, near: array<u32, NEIGHBOURS>, _parity: u32) {
  count(own, 1u);
  for (var i = 1u; i < NEIGHBOURS; i += 2u) {
    if (near[i] == own) {
      count(STATES, 1u);
    }
  }
}

// requires: lattice/lattice.wgsl
// The Ising model of any dimension by the heat bath, state 1 for up and 0 for down. A replica's table (src/models/ising/rule.ts) has, for the
// sums of the two neighbours along each axis, the probability that a site is up: 64 bits, the high word first.

/// A neighbour's spin plus 1; that of one that is missing is 0.
fn raised(state: u32) -> u32 {
  return select(2u * state, 1u, state == STATES);
}

fn update(own: u32, near: array<u32, NEIGHBOURS>, random: vec2u, table: u32) -> u32 {
  var row = 0u;
  for (var i = 0u; i < NEIGHBOURS; i += 2u) {
    row = 5u * row + raised(near[i]) + raised(near[i + 1u]);
  }
  return select(0u, 1u, below(random, table + 2u * row));
}

/// Spins up, those at even sites, and along each axis the bonds whose two spins differ.
fn tally(own: u32, near: array<u32, NEIGHBOURS>, parity: u32) {
  count(0u, own);
  count(1u, own * (1u - parity));
  for (var i = 1u; i < NEIGHBOURS; i += 2u) {
    count(2u + i / 2u, select(0u, 1u, near[i] == 1u - own));
  }
}

// requires: hopfield/columns.wgsl
// A coupling by itself, as integers, from the columns of two sites: the sum over patterns, or its sign; some are cut, i to j apart
// from j to i. No coupling is kept.

struct Pairs {
  /// The purpose of the random numbers that cut.
  purpose: u32,
  /// 2^32 times the share that stays; 2^32 - 1 is all.
  kept: u32,
  clipped: u32,
  /// What the sum is multiplied by, on a lattice.
  strength: u32,
}

const ALL = 0xffffffffu;

/// Between a site and four others the sums over patterns, or their signs, before any is cut.
fn weights(replica: u32, patterns: u32, site: u32, others: vec4u, pairs: Pairs) -> vec4i {
  var differ = vec4u();
  for (var word = 0u; 32u * word < patterns; word++) {
    let left = patterns - 32u * word;
    let known = select((1u << (left % 32u)) - 1u, ALL, left >= 32u);
    let own = columns[column(replica, word, site)];
    let at = vec4u(column(replica, word, 0u)) + others;
    let theirs = vec4u(columns[at.x], columns[at.y], columns[at.z], columns[at.w]);
    differ += countOneBits((theirs ^ vec4u(own)) & vec4u(known));
  }
  let sum = vec4i(i32(patterns)) - 2 * vec4i(differ);
  return select(sum, sign(sum), pairs.clipped == 1u);
}

/// The stream of the random numbers that cut.
fn cuts(replica: u32, pairs: Pairs) -> vec4u {
  return vec4u(run.seed, pairs.purpose, run.first_replica + replica);
}

/// The couplings from sites 4 quad, 4 quad + 1, ... to a site.
fn couplings(replica: u32, patterns: u32, site: u32, quad: u32, pairs: Pairs) -> vec4i {
  let others = 4u * quad + vec4u(0u, 1u, 2u, 3u); // those beyond the last are cut below
  var kept = weights(replica, patterns, site, others, pairs);
  if (pairs.kept != ALL) {
    let random = threefry4x32(vec4u(site, quad, 0u, 0u), cuts(replica, pairs));
    kept = select(vec4i(), kept, random < vec4u(pairs.kept));
  }
  return select(kept, vec4i(), (others == vec4u(site)) | (others >= vec4u(run.sites)));
}

/// Four spins from a bit of a word on, 1 or -1.
fn four_spins(word: u32, shift: u32) -> vec4i {
  return 2 * vec4i((vec4u(word) >> (shift + vec4u(0u, 1u, 2u, 3u))) & vec4u(1u)) - 1;
}

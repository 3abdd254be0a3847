// requires: hopfield/columns.wgsl
// A coupling by itself, in whole numbers, from the columns of two sites: the sum over patterns, or its sign; some are cut, i to j apart
// from j to i. No coupling is kept.

struct Pairs {
  /// The purpose of the random numbers that cut.
  purpose: u32,
  /// 2^32 times the share that stays; 2^32 - 1 is all.
  kept: u32,
  clipped: u32,
}

const ALL = 0xffffffffu;

/// The couplings from sites 4 quad, 4 quad + 1, ... to a site.
fn couplings(replica: u32, patterns: u32, site: u32, quad: u32, pairs: Pairs) -> vec4i {
  var differ = vec4u();
  for (var word = 0u; 32u * word < patterns; word++) {
    let left = patterns - 32u * word;
    let known = select((1u << (left % 32u)) - 1u, ALL, left >= 32u);
    let own = columns[column(replica, word, site)];
    let first = column(replica, word, 4u * quad);
    // Sites beyond the last are cut below.
    let others = vec4u(columns[first], columns[first + 1u], columns[first + 2u], columns[first + 3u]);
    differ += countOneBits((others ^ vec4u(own)) & vec4u(known));
  }
  let sum = vec4i(i32(patterns)) - 2 * vec4i(differ);
  var weights = select(sum, sign(sum), pairs.clipped == 1u);
  if (pairs.kept != ALL) {
    let key = vec4u(run.seed, pairs.purpose, run.first_replica + replica);
    let random = threefry4x32(vec4u(site, quad, 0u, 0u), key);
    weights = select(vec4i(), weights, random < vec4u(pairs.kept));
  }
  let others = 4u * quad + vec4u(0u, 1u, 2u, 3u);
  return select(weights, vec4i(), (others == vec4u(site)) | (others >= vec4u(run.sites)));
}

/// Four spins from a bit of a word on, 1 or -1.
fn four_spins(word: u32, shift: u32) -> vec4i {
  return 2 * vec4i((vec4u(word) >> (shift + vec4u(0u, 1u, 2u, 3u))) & vec4u(1u)) - 1;
}

// requires: common/threefry.wgsl
// What all Hopfield kernels share. A pattern is a bit a site, 1 for +1. 32 patterns share a word, and for each such word the sites stand
// side by side: what a site asks for is a sum over patterns, and neighbouring lanes are neighbouring sites. The N² couplings are
// never made.

struct Replica {
  /// Patterns stored, at most 32 * WORDS.
  patterns: u32,
  /// Where this replica's chances begin, and how many there are; none at temperature 0.
  chances: u32,
  range: u32,
  /// External field in units of 1/N.
  field: i32,
}

struct Run {
  seed: vec2u,
  purpose: u32,
  first_replica: u32,
}

override SITES: u32;
override WORDS: u32;
override REPLICAS: u32;
/// 0 if all replicas have the same patterns.
override OWN_PATTERNS: u32;
override WORKGROUP: u32;

override SPIN_WORDS: u32 = (SITES + 31u) / 32u;

/// Where the word of 32 patterns of a site stands.
fn column(replica: u32, word: u32, site: u32) -> u32 {
  return (replica * OWN_PATTERNS * WORDS + word) * SITES + site;
}

fn stream(run: Run, replica: u32) -> vec4u {
  return vec4u(run.seed, run.purpose, run.first_replica + replica);
}

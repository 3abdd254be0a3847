// requires: common/threefry.wgsl
// What all Hopfield kernels share. A pattern is a bit a site, 1 for +1. 32 patterns share a word, and for each such word the sites stand
// side by side: what a site asks for is a sum over patterns, and neighbouring lanes are neighbouring sites. The N² couplings are
// never made.

struct Replica {
  /// Patterns stored, at most 32 a word.
  patterns: u32,
  /// Where this replica's probabilities begin, and how many there are; none at temperature 0.
  probabilities: u32,
  range: u32,
  /// External field in units of the couplings.
  field: i32,
}

struct Run {
  seed: vec2u,
  purpose: u32,
  first_replica: u32,
  replicas: u32,
  sites: u32,
  /// Words of 32 sites, words of 32 patterns, and patterns in those.
  spin_words: u32,
  words: u32,
  overlaps: u32,
  /// From one replica's overlaps to the next: one copy, or two for synchronous dynamics.
  stride: u32,
  /// 0 if all replicas have the same patterns.
  own_patterns: u32,
  /// The pattern whose overlap is measured.
  cue: u32,
  /// 1 where the tables of an interaction go by the distance from the largest overlap.
  relative: u32,
  /// Side of the square lattice whose neighbours alone are coupled, else 0.
  side: u32,
}

@group(0) @binding(0) var<uniform> run: Run;

override WORKGROUP: u32;

/// Where the word of 32 patterns of a site stands.
fn column(replica: u32, word: u32, site: u32) -> u32 {
  return (replica * run.own_patterns * run.words + word) * run.sites + site;
}

fn stream(replica: u32) -> vec4u {
  return vec4u(run.seed, run.purpose, run.first_replica + replica);
}

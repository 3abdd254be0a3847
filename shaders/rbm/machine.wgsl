// requires: common/threefry.wgsl
// What all kernels of the restricted Boltzmann machine share. Units are bits: 32 of a chain share a word. Weights and biases are whole
// multiples of 2^-18, so that sums do not depend on their order.

struct Run {
  seed: vec2u,
  /// Units of the two layers, and words of 32 of them.
  visible: u32,
  hidden: u32,
  visible_words: u32,
  hidden_words: u32,
  /// Chains of a minibatch, and words of 32 of them.
  chains: u32,
  chain_words: u32,
  images: u32,
  /// Contrastive divergence: chains begin at the data.
  from_data: u32,
  /// What a count changes a weight by, in units of 2^-26.
  rate: u32,
}

/// What differs between the dispatches of a submission.
struct Step {
  step: u32,
  /// Which sampling of the step: its random numbers are its own.
  phase: u32,
  /// 0 from visible to hidden units or for visible ones, 1 the other way.
  layer: u32,
}

@group(0) @binding(0) var<uniform> run: Run;
@group(0) @binding(1) var<uniform> step: Step;

override WORKGROUP: u32;

/// Where the table has the chance of an activation: from -16 to 16 in steps of 2^-10.
fn place(activation: i32) -> i32 {
  return clamp((activation >> 8u) + 16384, 0, 32767);
}


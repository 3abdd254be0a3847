// What all kernels of the training of denoisers share. A row holds one number of every sample of the minibatch, four samples to a vector:
// inputs u, conditions c, units h of each layer, targets, residuals. Parameters lie as src/models/diffusion/network/shape.ts places them.

struct Run {
  seed: vec2u,
  /// Points of the data.
  points: u32,
  /// Vectors of a row: samples / 4.
  quads: u32,
  dimension: u32,
  conditions: u32,
  classes: u32,
  width: u32,
  layers: u32,
  /// Of 2^32: the share of samples whose class is withheld.
  dropout: u32,
  /// ln(σ / σ_data) is normal with this mean and standard deviation.
  noise_mean: f32,
  noise_sd: f32,
  /// ln σ_data
  log_deviation: f32,
  /// Of a sum of squares over samples and dimensions, in their mean.
  share: f32,
  /// Adam's 1 - β₁, 1 - β₂ and ε. (1 less than 0.999 as a float is not 0.001 as a float: it has lost three digits.)
  mean_renewal: f32,
  variance_renewal: f32,
  epsilon: f32,
}

/// What differs between the steps of a submission.
struct Step {
  step: u32,
  /// Where its loss goes.
  slot: u32,
  /// The learning rate, with Adam's correction of the first moment.
  rate: f32,
  /// Adam's correction of the second moment.
  correction: f32,
  /// By how much the average of the parameters moves to where they are.
  renewal: f32,
}

@group(0) @binding(0) var<uniform> run: Run;
@group(0) @binding(1) var<uniform> step: Step;

override WORKGROUP: u32;

/// The first row of the units of a layer, counted from 0; one layer more has the targets, and after them the residuals.
fn layer_row(layer: u32) -> u32 {
  return run.dimension + run.conditions + layer * run.width;
}

fn residual_row() -> u32 {
  return layer_row(run.layers) + run.dimension;
}

/// Vectors before the weights of a layer; one layer more has those of the output.
fn layer_weights(layer: u32) -> u32 {
  let inputs = select(run.dimension + (layer - 1u) * run.width, 0u, layer == 0u);
  return (inputs + layer * run.conditions) * (run.width / 4u);
}

/// What an invocation makes of so many side by side. Where rows are loaded by all of a subgroup together, all take part to the end; those
/// past the last one make the last again.
struct Place {
  at: u32,
  inside: bool,
}

fn place_of(group: u32, lane: u32, count: u32) -> Place {
  let at = group * WORKGROUP + lane;
  return Place(min(at, count - 1u), at < count);
}

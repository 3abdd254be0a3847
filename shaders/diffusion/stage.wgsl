// requires: common/normal.wgsl
// requires: common/threefry.wgsl
// What all kernels of sampling share: the run, its stages, and noise that is a function of seed, sample, stage and dimension alone, so that a
// sample is the same in a batch of any size.

struct Run {
  key: vec4u,
  samples: u32,
  /// Samples from one dimension to the next in the buffers: a multiple of 64.
  stride: u32,
  /// The number of the first sample of the batch.
  first_sample: u32,
  first_stage: u32,
  stages: u32,
  /// The class requested; -1 none, -2 each in turn.
  label: i32,
  classes: u32,
  guidance: f32,
  /// Bound of the denoised sample, or 0; and the quantile that becomes 1, or 0.
  clip: f32,
  threshold: f32,
  /// Units of a network's layers. Loops over them have this bound, and not a constant: unrolled they take minutes to compile.
  units: u32,
}

/// As src/models/diffusion/sampler-stages.ts says: x <- a x + h E + g clip(D) + c P + e Y + s n.
struct Stage {
  signal: f32,
  noise: f32,
  time: f32,
  next_signal: f32,
  next_noise: f32,
  next_time: f32,
  a: f32,
  h: f32,
  g: f32,
  c: f32,
  e: f32,
  s: f32,
  draw: u32,
  flags: u32,
  /// Factors of a network's input, of the sample itself in what it denoises, and of the network's output: see scalesOf.
  input: f32,
  skip: f32,
  output: f32,
}

const DENOISES = 1u;
const KEEPS_SAMPLE = 2u;
const KEEPS_DENOISED = 4u;

@group(0) @binding(0) var<uniform> run: Run;
@group(0) @binding(1) var<storage, read> stages: array<Stage>;
/// Samples, [dimension][sample].
@group(0) @binding(2) var<storage, read_write> x: array<f32>;

override WORKGROUP: u32;

/// Uses of noise, apart from each other.
const STEPS = 0u;
const GIVEN = 1u;

/// Noise of dimensions 4 block … 4 block + 3.
fn noise_of(sample: u32, block: u32, draw: u32, purpose: u32) -> vec4f {
  return normals(threefry4x32(vec4u(run.first_sample + sample, block, draw, purpose), run.key));
}

/// The class of a sample, or -1.
fn label_of(sample: u32) -> i32 {
  return select(run.label, i32((run.first_sample + sample) % max(1u, run.classes)), run.label == -2);
}

/// Four neighbouring samples.
fn four(at: u32) -> vec4f {
  return vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]);
}

// requires: diffusion/stage.wgsl
// What a sampler keeps of earlier stages, and numbers of a sample that are given.

/// [dimension][sample]: the sample, and what the denoiser made of it.
@group(0) @binding(3) var<storage, read_write> kept: array<f32>;
@group(0) @binding(4) var<storage, read_write> previous: array<f32>;
/// [dimension]: a number that is given, and 1 where it is.
@group(0) @binding(5) var<storage, read> known: array<vec2f>;

// What a run does not do costs it nothing.
override KEEPS: bool;
override INPAINTS: bool;
override CLIPS: bool;

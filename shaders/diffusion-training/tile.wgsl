// requires: diffusion-training/run.wgsl
// A tile of 4 samples × 4 units in registers, a column a unit. Lanes of a workgroup have neighbouring samples and the same units: what
// they read of weights is the same for all, and what they read of rows lies side by side.

struct Part {
  layer: u32,
}

@group(0) @binding(2) var<uniform> part: Part;

/// The products of four samples with four weights.
fn products(samples: vec4f, weights: vec4f) -> mat4x4f {
  return mat4x4f(weights.x * samples, weights.y * samples, weights.z * samples, weights.w * samples);
}

/// Units of a sample side by side, [matrix][sample][unit]: as gradients of weights read them, a layer a matrix, and one more of the last h.
@group(0) @binding(3) var<storage, read_write> turned: array<vec4f>;

fn turn(tile: mat4x4f, matrix: u32, unit: u32, quad: u32) {
  let across = transpose(tile);
  let stride = run.width / 4u;
  let first = (matrix * 4u * run.quads + 4u * quad) * stride + unit / 4u;
  turned[first] = across[0];
  turned[first + stride] = across[1];
  turned[first + 2u * stride] = across[2];
  turned[first + 3u * stride] = across[3];
}

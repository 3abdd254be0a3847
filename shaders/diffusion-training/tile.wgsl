// requires: diffusion-training/run.wgsl
// Lanes of a workgroup have neighbouring samples and the same units: what they read of weights is the same for all, and what they read of
// rows lies side by side. ROW and Row, that many vectors, are written for a device, with row_of_parameters and lane_of:
// src/models/diffusion/denoisers/row-wgsl.ts.

struct Part {
  layer: u32,
}

@group(0) @binding(2) var<uniform> part: Part;

/// Units of a sample side by side, [matrix][sample][unit]: as gradients of weights read them, a layer a matrix, and one more of the last h.
@group(0) @binding(3) var<storage, read_write> transposed: array<vec4f>;

/// Four samples × four units, a column a unit.
fn transpose_into(tile: mat4x4f, matrix: u32, unit: u32, quad: u32) {
  let across = transpose(tile);
  let stride = run.width / 4u;
  let first = (matrix * 4u * run.quads + 4u * quad) * stride + unit / 4u;
  transposed[first] = across[0];
  transposed[first + stride] = across[1];
  transposed[first + 2u * stride] = across[2];
  transposed[first + 3u * stride] = across[3];
}

// requires: diffusion-training/run.wgsl
// The loss's slope in every weight: a sum over the minibatch in its order, of what the weight sees times the slope in what it goes to. One
// invocation: ROW weights to each of four units. Lanes have neighbouring units, so that all read the same rows. ROW and Row are written for
// a device, with row_of_rows and lane_of: src/models/diffusion/denoisers/row-wgsl.ts.

/// Weights side by side of one layer that all see units, or all conditions: their first row among the parameters, how many they are (up to
/// ROW), the row of what they see, and the matrix of what they go to.
@group(0) @binding(2) var<storage, read> blocks: array<vec4u>;
@group(0) @binding(3) var<storage, read> rows: array<vec4f>;
@group(0) @binding(4) var<storage, read> transposed: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> gradient: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn weight_gradient(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let stride = run.width / 4u;
  let place = place_of(group.x, index, stride);
  let lane = lane_of();
  let block = blocks[group.y];
  var at = block.w * 4u * run.quads * stride + place.at;
  var sums: array<vec4f, ROW>;
  for (var k = 0u; k < run.quads; k++) {
    let s0 = transposed[at];
    let s1 = transposed[at + stride];
    let s2 = transposed[at + 2u * stride];
    let s3 = transposed[at + 3u * stride];
    // Past the last weight it belongs to other rows and is never used.
    let seen = row_of_rows(block.z * run.quads + k, run.quads, lane);
    for (var i = 0u; i < ROW; i++) {
      sums[i] += seen[i].x * s0 + seen[i].y * s1 + seen[i].z * s2 + seen[i].w * s3;
    }
    at += 4u * stride;
  }
  if (!place.inside) {
    return;
  }
  for (var i = 0u; i < min(ROW, block.y); i++) {
    gradient[(block.x + i) * stride + place.at] = 2.0 * run.share * sums[i];
  }
}

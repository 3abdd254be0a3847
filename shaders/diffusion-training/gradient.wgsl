// requires: diffusion-training/run.wgsl
// The loss's slope in every weight: a sum over the minibatch in its order, of what the weight sees times the slope in what it goes to. One
// invocation: eight weights to each of four units. Lanes have neighbouring units, so that all read the same rows.

/// Weights side by side of one layer that all see units, or all conditions: their first row among the parameters, how many they are (up to
/// 8), the row of what they see, and the matrix of what they go to.
@group(0) @binding(2) var<storage, read> blocks: array<vec4u>;
@group(0) @binding(3) var<storage, read> rows: array<vec4f>;
@group(0) @binding(4) var<storage, read> turned: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> gradient: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn weight_gradient(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let stride = run.width / 4u;
  let unit = group.x * WORKGROUP + lane;
  if (unit >= stride) {
    return;
  }
  let block = blocks[group.y];
  let last = vec4u(block.y - 1u);
  let upper = (block.z + min(vec4u(0u, 1u, 2u, 3u), last)) * run.quads;
  let lower = (block.z + min(vec4u(4u, 5u, 6u, 7u), last)) * run.quads;
  var place = block.w * 4u * run.quads * stride + unit;
  var first: mat4x4f;
  var second: mat4x4f;
  for (var k = 0u; k < run.quads; k++) {
    let slopes = mat4x4f(
      turned[place],
      turned[place + stride],
      turned[place + 2u * stride],
      turned[place + 3u * stride],
    );
    first += slopes * mat4x4f(rows[upper.x + k], rows[upper.y + k], rows[upper.z + k], rows[upper.w + k]);
    second += slopes * mat4x4f(rows[lower.x + k], rows[lower.y + k], rows[lower.z + k], rows[lower.w + k]);
    place += 4u * stride;
  }
  let factor = 2.0 * run.share;
  for (var i = 0u; i < block.y; i++) {
    let sum = select(second[i & 3u], first[i & 3u], i < 4u);
    gradient[(block.x + i) * stride + unit] = factor * sum;
  }
}

// requires: diffusion-training/run.wgsl
// The loss's slope in each bias of the output, and the squares of a dimension's residuals. One workgroup a dimension; its size is fixed,
// because sums depend on it.

@group(0) @binding(2) var<storage, read> rows: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> gradient: array<f32>;
/// [dimension]
@group(0) @binding(4) var<storage, read_write> squares: array<f32>;

const LANES = 64u;
var<workgroup> sums: array<vec2f, LANES>;

@compute @workgroup_size(LANES)
fn tally(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (residual_row() + group.x) * run.quads;
  var sum: vec4f;
  var square: vec4f;
  for (var k = lane; k < run.quads; k += LANES) {
    let residual = rows[first + k];
    sum += residual;
    square += residual * residual;
  }
  sums[lane] = vec2f(sum.x + sum.y + sum.z + sum.w, square.x + square.y + square.z + square.w);
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      sums[lane] += sums[lane + half];
    }
  }
  if (lane == 0u) {
    let bias = 4u * (layer_weights(run.layers) + run.dimension * (run.width / 4u));
    gradient[bias + group.x] = 2.0 * run.share * sums[0].x;
    squares[group.x] = sums[0].y;
  }
}

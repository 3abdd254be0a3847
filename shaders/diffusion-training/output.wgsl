// requires: diffusion-training/run.wgsl
// What the network says, F = W_o h + b, less what it should: the residual. One invocation: four samples, four dimensions.

@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> rows: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn residuals(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quad = group.x * WORKGROUP + lane;
  if (quad >= run.quads) {
    return;
  }
  let stride = run.width / 4u;
  let row = 4u * group.y;
  let others = min(vec4u(row) + vec4u(0u, 1u, 2u, 3u), vec4u(run.dimension - 1u));
  let weights = layer_weights(run.layers) + others * stride;
  let units = layer_row(run.layers - 1u) * run.quads + quad;
  var tile: mat4x4f;
  for (var k = 0u; k < stride; k++) {
    let place = units + 4u * k * run.quads;
    let h = mat4x4f(rows[place], rows[place + run.quads], rows[place + 2u * run.quads], rows[place + 3u * run.quads]);
    tile += h * mat4x4f(
      parameters[weights.x + k],
      parameters[weights.y + k],
      parameters[weights.z + k],
      parameters[weights.w + k],
    );
  }
  let bias = layer_weights(run.layers) + run.dimension * stride;
  for (var i = 0u; i < 4u && row + i < run.dimension; i++) {
    let said = tile[i] + parameters[bias + group.y][i];
    let wanted = rows[(layer_row(run.layers) + row + i) * run.quads + quad];
    rows[(residual_row() + row + i) * run.quads + quad] = said - wanted;
  }
}

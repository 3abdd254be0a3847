// requires: diffusion-training/tile.wgsl
// A layer: h = silu(W h' + V c), from the second on h' + silu(W h' + V c). One invocation: four samples, ROW vectors of units.

@group(0) @binding(4) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> rows: array<vec4f>;
/// silu' of every unit, [layer][unit][sample], for the way back.
@group(0) @binding(6) var<storage, read_write> slopes: array<vec4f>;

/// What four samples make of one unit.
fn unit_of(z: vec4f, unit: u32, quad: u32) -> vec4f {
  // e^80 is a number, and no sum of weights that matter.
  let sigmoid = 1.0 / (1.0 + exp(-max(z, vec4f(-80.0))));
  slopes[(part.layer * run.width + unit) * run.quads + quad] = sigmoid * (1.0 + z * (1.0 - sigmoid));
  var h = z * sigmoid;
  if (part.layer > 0u) {
    h += rows[(layer_row(part.layer - 1u) + unit) * run.quads + quad];
  }
  rows[(layer_row(part.layer) + unit) * run.quads + quad] = h;
  return h;
}

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let place = place_of(group.x, index, run.quads);
  let lane = lane_of();
  let stride = run.width / 4u;
  let first = select(layer_row(max(part.layer, 1u) - 1u), 0u, part.layer == 0u);
  let inputs = select(run.width, run.dimension, part.layer == 0u);
  var weight = layer_weights(part.layer) + ROW * group.y;
  var z: array<vec4f, 4u * ROW>;
  var at = first * run.quads + place.at;
  for (var i = 0u; i < inputs + run.conditions; i++) {
    if (i == inputs) {
      at = run.dimension * run.quads + place.at;
    }
    let samples = rows[at];
    let w = row_of_parameters(weight, 1u, lane);
    for (var v = 0u; v < ROW; v++) {
      for (var k = 0u; k < 4u; k++) {
        z[4u * v + k] += w[v][k] * samples;
      }
    }
    at += run.quads;
    weight += stride;
  }
  if (!place.inside) {
    return;
  }
  for (var v = 0u; v < ROW; v++) {
    let unit = 4u * (ROW * group.y + v);
    let h = mat4x4f(
      unit_of(z[4u * v], unit, place.at),
      unit_of(z[4u * v + 1u], unit + 1u, place.at),
      unit_of(z[4u * v + 2u], unit + 2u, place.at),
      unit_of(z[4u * v + 3u], unit + 3u, place.at),
    );
    if (part.layer + 1u == run.layers) {
      transpose_into(h, run.layers, unit, place.at);
    }
  }
}

// requires: diffusion-training/tile.wgsl
// The way back: slopes of the loss, without their common factor, in the units h of a layer and in z, of which h is silu. One
// invocation: four samples, ROW units in `back`, and ROW vectors of units in `back_output`.

@group(0) @binding(4) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read> rows: array<vec4f>;
@group(0) @binding(6) var<storage, read> slopes: array<vec4f>;
/// Gradients in h, of the layer that back-propagation has reached, [unit][sample].
@group(0) @binding(7) var<storage, read_write> above: array<vec4f>;
/// Slopes in z, [layer][unit][sample].
@group(0) @binding(8) var<storage, read_write> deltas: array<vec4f>;

fn delta_of(slope: vec4f, layer: u32, unit: u32, quad: u32) -> vec4f {
  above[unit * run.quads + quad] = slope;
  let place = (layer * run.width + unit) * run.quads + quad;
  let delta = slope * slopes[place];
  deltas[place] = delta;
  return delta;
}

fn finish(tile: mat4x4f, layer: u32, unit: u32, quad: u32) {
  let delta = mat4x4f(
    delta_of(tile[0], layer, unit, quad),
    delta_of(tile[1], layer, unit + 1u, quad),
    delta_of(tile[2], layer, unit + 2u, quad),
    delta_of(tile[3], layer, unit + 3u, quad),
  );
  transpose_into(delta, layer, unit, quad);
}

/// From the residuals to the last layer.
@compute @workgroup_size(WORKGROUP)
fn back_output(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let place = place_of(group.x, index, run.quads);
  let lane = lane_of();
  var weight = layer_weights(run.layers) + ROW * group.y;
  var sums: array<vec4f, 4u * ROW>;
  for (var i = 0u; i < run.dimension; i++) {
    let samples = rows[(residual_row() + i) * run.quads + place.at];
    let w = row_of_parameters(weight, 1u, lane);
    for (var v = 0u; v < ROW; v++) {
      for (var k = 0u; k < 4u; k++) {
        sums[4u * v + k] += w[v][k] * samples;
      }
    }
    weight += run.width / 4u;
  }
  if (!place.inside) {
    return;
  }
  for (var v = 0u; v < ROW; v++) {
    let tile = mat4x4f(sums[4u * v], sums[4u * v + 1u], sums[4u * v + 2u], sums[4u * v + 3u]);
    finish(tile, run.layers - 1u, 4u * (ROW * group.y + v), place.at);
  }
}

/// From a layer to the one before: what that passed on unchanged, and what went through the weights.
@compute @workgroup_size(WORKGROUP)
fn back(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
  let place = place_of(group.x, index, run.quads);
  let lane = lane_of();
  let unit = ROW * group.y;
  let stride = run.width / 4u;
  let weight = layer_weights(part.layer) + unit * stride;
  var sums: array<vec4f, ROW>;
  for (var i = 0u; i < ROW; i++) {
    sums[i] = above[(unit + i) * run.quads + place.at];
  }
  var at = part.layer * run.width * run.quads + place.at;
  for (var k = 0u; k < stride; k++) {
    let d0 = deltas[at];
    let d1 = deltas[at + run.quads];
    let d2 = deltas[at + 2u * run.quads];
    let d3 = deltas[at + 3u * run.quads];
    let w = row_of_parameters(weight + k, stride, lane);
    for (var i = 0u; i < ROW; i++) {
      sums[i] += w[i].x * d0 + w[i].y * d1 + w[i].z * d2 + w[i].w * d3;
    }
    at += 4u * run.quads;
  }
  if (!place.inside) {
    return;
  }
  for (var i = 0u; i < ROW; i += 4u) {
    let tile = mat4x4f(sums[i], sums[i + 1u], sums[i + 2u], sums[i + 3u]);
    finish(tile, part.layer - 1u, unit + i, place.at);
  }
}

// requires: diffusion-training/tile.wgsl
// The way back: slopes of the loss, without their common factor, in the units h of a layer and in z, of which h is silu. One invocation:
// four samples, eight units.

@group(0) @binding(4) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read> rows: array<vec4f>;
@group(0) @binding(6) var<storage, read> slopes: array<vec4f>;
/// Slopes in h, of the layer where the way back stands, [unit][sample].
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
  turn(delta, layer, unit, quad);
}

/// From the residuals to the last layer.
@compute @workgroup_size(WORKGROUP)
fn back_output(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quad = group.x * WORKGROUP + lane;
  if (quad >= run.quads) {
    return;
  }
  let unit = 8u * group.y;
  var weight = layer_weights(run.layers) + unit / 4u;
  var left: mat4x4f;
  var right: mat4x4f;
  for (var i = 0u; i < run.dimension; i++) {
    let samples = rows[(residual_row() + i) * run.quads + quad];
    left += products(samples, parameters[weight]);
    right += products(samples, parameters[weight + 1u]);
    weight += run.width / 4u;
  }
  finish(left, run.layers - 1u, unit, quad);
  finish(right, run.layers - 1u, unit + 4u, quad);
}

/// Slopes in h of four units as they stand.
fn above_of(unit: u32, quad: u32) -> mat4x4f {
  let place = unit * run.quads + quad;
  return mat4x4f(above[place], above[place + run.quads], above[place + 2u * run.quads], above[place + 3u * run.quads]);
}

/// Weights from four units on to those of four others, k-th vector of each.
fn weights_of(weight: u32) -> mat4x4f {
  let stride = run.width / 4u;
  return mat4x4f(
    parameters[weight],
    parameters[weight + stride],
    parameters[weight + 2u * stride],
    parameters[weight + 3u * stride],
  );
}

/// From a layer to the one before: what that passed on unchanged, and what went through the weights.
@compute @workgroup_size(WORKGROUP)
fn back(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quad = group.x * WORKGROUP + lane;
  if (quad >= run.quads) {
    return;
  }
  let unit = 8u * group.y;
  let stride = run.width / 4u;
  let weight = layer_weights(part.layer) + unit * stride;
  var left = above_of(unit, quad);
  var right = above_of(unit + 4u, quad);
  var place = part.layer * run.width * run.quads + quad;
  for (var k = 0u; k < stride; k++) {
    let delta = mat4x4f(
      deltas[place],
      deltas[place + run.quads],
      deltas[place + 2u * run.quads],
      deltas[place + 3u * run.quads],
    );
    left += delta * weights_of(weight + k);
    right += delta * weights_of(weight + 4u * stride + k);
    place += 4u * run.quads;
  }
  finish(left, part.layer - 1u, unit, quad);
  finish(right, part.layer - 1u, unit + 4u, quad);
}

// requires: diffusion-training/tile.wgsl
// A layer: h = silu(W h' + V c), from the second on h' + silu(W h' + V c). One invocation: four samples, eight units.

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

fn finish(tile: mat4x4f, unit: u32, quad: u32) {
  let h = mat4x4f(
    unit_of(tile[0], unit, quad),
    unit_of(tile[1], unit + 1u, quad),
    unit_of(tile[2], unit + 2u, quad),
    unit_of(tile[3], unit + 3u, quad),
  );
  if (part.layer + 1u == run.layers) {
    turn(h, run.layers, unit, quad);
  }
}

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quad = group.x * WORKGROUP + lane;
  if (quad >= run.quads) {
    return;
  }
  let unit = 8u * group.y;
  let first = select(layer_row(max(part.layer, 1u) - 1u), 0u, part.layer == 0u);
  let inputs = select(run.width, run.dimension, part.layer == 0u);
  var weight = layer_weights(part.layer) + unit / 4u;
  var left: mat4x4f;
  var right: mat4x4f;
  var place = first * run.quads + quad;
  for (var i = 0u; i < inputs + run.conditions; i++) {
    if (i == inputs) {
      place = run.dimension * run.quads + quad;
    }
    let samples = rows[place];
    left += products(samples, parameters[weight]);
    right += products(samples, parameters[weight + 1u]);
    place += run.quads;
    weight += run.width / 4u;
  }
  finish(left, unit, quad);
  finish(right, unit + 4u, quad);
}

// requires: diffusion/stage.wgsl
// A network of any size, a dispatch a layer: an invocation makes sixteen units of four samples, one a lane of a vector. Activations are
// [unit][sample], so that neighbouring invocations read neighbouring samples; weights are the same for a whole workgroup, a broadcast.

struct At {
  stage: u32,
  /// 0: the class asked for. 1: none.
  pass_: u32,
}

/// As offsetsOf places them.
@group(0) @binding(3) var<storage, read> weights: array<vec4f>;
@group(0) @binding(4) var<storage, read> centre: array<f32>;
/// [stage][pass][layer][unit]: what the condition adds, but for the class where samples differ in it.
@group(0) @binding(5) var<storage, read> told: array<vec4f>;
@group(0) @binding(6) var<storage, read> below: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> above: array<vec4f>;
@group(0) @binding(8) var<uniform> here: At;

/// Vectors of units; layers; this one.
override VECTORS: u32;
override LAYERS: u32;
override LAYER: u32;
/// Places in the weights, in vectors.
override WEIGHTS: u32;
override CLASSES: u32;
override BIAS: u32;
override PASSES: u32;
/// Samples of different classes lie side by side.
override MIXED: bool;
override DIMENSIONS: u32;

fn silu(z: vec4f) -> vec4f {
  return z / (1.0 + exp(-z));
}

@compute @workgroup_size(WORKGROUP)
fn layer(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quads = run.stride / 4u;
  let quad = id.x * WORKGROUP + lane;
  if (quad >= quads) {
    return;
  }
  let stage = stages[here.stage];
  let first = 4u * id.y;
  var z: array<vec4f, 16>;
  for (var v = 0u; v < 4u; v++) {
    let b = told[((here.stage * PASSES + here.pass_) * LAYERS + LAYER) * VECTORS + first + v];
    for (var k = 0u; k < 4u; k++) {
      z[4u * v + k] = vec4f(b[k]);
    }
  }
  if (MIXED && here.pass_ == 0u) {
    for (var j = 0u; j < 4u; j++) {
      let row = CLASSES + u32(label_of(4u * quad + j)) * VECTORS + first;
      for (var v = 0u; v < 4u; v++) {
        let w = weights[row + v];
        for (var k = 0u; k < 4u; k++) {
          z[4u * v + k][j] += w[k];
        }
      }
    }
  }
  let inputs = select(run.units, DIMENSIONS, LAYER == 0u);
  for (var i = 0u; i < inputs; i++) {
    var h = vec4f();
    if (LAYER == 0u) {
      h = (four(i * run.stride + 4u * quad) - stage.signal * centre[i]) * stage.input;
    } else {
      h = below[i * quads + quad];
    }
    for (var v = 0u; v < 4u; v++) {
      let w = weights[WEIGHTS + i * VECTORS + first + v];
      z[4u * v] += w.x * h;
      z[4u * v + 1u] += w.y * h;
      z[4u * v + 2u] += w.z * h;
      z[4u * v + 3u] += w.w * h;
    }
  }
  for (var k = 0u; k < 16u; k++) {
    let unit = 4u * first + k;
    var out = silu(z[k]);
    if (LAYER > 0u) {
      out += below[unit * quads + quad];
    }
    above[unit * quads + quad] = out;
  }
}

/// What the network makes of the sample, and with it the denoised sample, four dimensions an invocation.
@compute @workgroup_size(WORKGROUP)
fn output(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quads = run.stride / 4u;
  let quad = id.x * WORKGROUP + lane;
  if (quad >= quads) {
    return;
  }
  let stage = stages[here.stage];
  let first = 4u * id.y;
  let count = min(4u, DIMENSIONS - first);
  var f: array<vec4f, 4>;
  for (var v = 0u; v < run.units / 4u; v++) {
    let h0 = below[4u * v * quads + quad];
    let h1 = below[(4u * v + 1u) * quads + quad];
    let h2 = below[(4u * v + 2u) * quads + quad];
    let h3 = below[(4u * v + 3u) * quads + quad];
    for (var i = 0u; i < 4u; i++) {
      // Past the last dimension the last one is made again.
      let w = weights[WEIGHTS + min(first + i, DIMENSIONS - 1u) * VECTORS + v];
      f[i] += w.x * h0 + w.y * h1 + w.z * h2 + w.w * h3;
    }
  }
  for (var i = 0u; i < count; i++) {
    let at = first + i;
    let now = four(at * run.stride + 4u * quad);
    let bias = weights[BIAS + at / 4u][at % 4u];
    above[at * quads + quad] = centre[at] + (now - stage.signal * centre[at]) * stage.skip + (f[i] + bias) * stage.output;
  }
}

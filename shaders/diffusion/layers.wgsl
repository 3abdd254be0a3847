// requires: diffusion/stage.wgsl
// A network of any size, a dispatch a layer: an invocation makes ROW times four units of four samples, one a lane of a vector. Activations are
// [unit][sample], so that neighbouring invocations read neighbouring samples; weights are the same for a whole workgroup. Workgroups that
// read the same activations follow each other. ROW and Row, that many vectors of weights, are written for a run, with row_of_weights,
// row_of_conditions and lane_of: src/models/diffusion/denoisers/row-wgsl.ts.

struct Step {
  stage: u32,
  /// 0: the class requested. 1: none.
  pass_: u32,
}

/// As offsetsOf places them.
@group(0) @binding(3) var<storage, read> weights: array<vec4f>;
@group(0) @binding(4) var<storage, read> centre: array<f32>;
/// [stage][pass][layer][unit]: what the condition adds, but for the class where samples differ in it.
@group(0) @binding(5) var<storage, read> conditions: array<vec4f>;
@group(0) @binding(6) var<storage, read> below: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> above: array<vec4f>;
@group(0) @binding(8) var<uniform> step: Step;

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

/// Four samples that lie side by side. All invocations take part to the end, because rows are loaded by all of a subgroup together; those
/// past the last sample make the last again.
struct Place {
  quads: u32,
  quad: u32,
  inside: bool,
}

fn place_of(workgroup: u32, index: u32) -> Place {
  let quads = run.stride / 4u;
  let quad = workgroup * WORKGROUP + index;
  return Place(quads, min(quad, quads - 1u), quad < quads);
}

@compute @workgroup_size(WORKGROUP)
fn layer(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) index: u32) {
  let place = place_of(id.y, index);
  let lane = lane_of();
  let stage = stages[step.stage];
  let first = ROW * id.x;
  var z: array<vec4f, 4u * ROW>;
  let b = row_of_conditions(((step.stage * PASSES + step.pass_) * LAYERS + LAYER) * VECTORS + first, 1u, lane);
  for (var v = 0u; v < ROW; v++) {
    for (var k = 0u; k < 4u; k++) {
      z[4u * v + k] = vec4f(b[v][k]);
    }
  }
  if (MIXED && step.pass_ == 0u) {
    for (var j = 0u; j < min(4u, run.units); j++) {
      let row = CLASSES + u32(label_of(4u * place.quad + j)) * VECTORS + first;
      let own = vec4f(vec4u(j) == vec4u(0u, 1u, 2u, 3u));
      for (var v = 0u; v < ROW; v++) {
        let w = weights[row + v];
        for (var k = 0u; k < 4u; k++) {
          z[4u * v + k] += w[k] * own;
        }
      }
    }
  }
  if (LAYER == 0u) {
    for (var i = 0u; i < DIMENSIONS; i++) {
      let h = (four(i * run.stride + 4u * place.quad) - stage.signal * centre[i]) * stage.input;
      let w = row_of_weights(WEIGHTS + i * VECTORS + first, 1u, lane);
      for (var v = 0u; v < ROW; v++) {
        for (var k = 0u; k < 4u; k++) {
          z[4u * v + k] += w[v][k] * h;
        }
      }
    }
  } else {
    // Two at a time: sums are loaded and stored half as often where they do not fit registers.
    for (var i = 0u; i < run.units; i += 2u) {
      let h0 = below[i * place.quads + place.quad];
      let h1 = below[(i + 1u) * place.quads + place.quad];
      let w0 = row_of_weights(WEIGHTS + i * VECTORS + first, 1u, lane);
      let w1 = row_of_weights(WEIGHTS + (i + 1u) * VECTORS + first, 1u, lane);
      for (var v = 0u; v < ROW; v++) {
        for (var k = 0u; k < 4u; k++) {
          z[4u * v + k] += w0[v][k] * h0;
          z[4u * v + k] += w1[v][k] * h1;
        }
      }
    }
  }
  if (place.inside) {
    for (var k = 0u; k < 4u * ROW; k++) {
      let at = (4u * first + k) * place.quads + place.quad;
      var out = silu(z[k]);
      if (LAYER > 0u) {
        out += below[at];
      }
      above[at] = out;
    }
  }
}

/// What the network makes of the sample, and with it the denoised sample, ROW dimensions an invocation.
@compute @workgroup_size(WORKGROUP)
fn output(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) index: u32) {
  let place = place_of(id.y, index);
  let lane = lane_of();
  let stage = stages[step.stage];
  let first = ROW * id.x;
  var f: array<vec4f, ROW>;
  for (var v = 0u; v < run.units / 4u; v++) {
    let h0 = below[4u * v * place.quads + place.quad];
    let h1 = below[(4u * v + 1u) * place.quads + place.quad];
    let h2 = below[(4u * v + 2u) * place.quads + place.quad];
    let h3 = below[(4u * v + 3u) * place.quads + place.quad];
    // Past the last dimension it belongs to other numbers and is never used.
    let w = row_of_weights(WEIGHTS + first * VECTORS + v, VECTORS, lane);
    for (var i = 0u; i < ROW; i++) {
      f[i] += w[i].x * h0 + w[i].y * h1 + w[i].z * h2 + w[i].w * h3;
    }
  }
  if (place.inside) {
    for (var i = 0u; i < min(ROW, DIMENSIONS - first); i++) {
      let at = first + i;
      let now = four(at * run.stride + 4u * place.quad);
      let bias = weights[BIAS + at / 4u][at % 4u];
      let shift = now - stage.signal * centre[at];
      above[at * place.quads + place.quad] = centre[at] + shift * stage.skip + (f[i] + bias) * stage.output;
    }
  }
}

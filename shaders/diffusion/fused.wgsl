// requires: diffusion/kept.wgsl
// Samples of a small network, two layers of units, all stages in one dispatch. An invocation holds four samples, one a lane of a vector; where
// SPLIT invocations share them, each makes its own blocks of units. Weights are the same for all samples at a time: on a GPU a broadcast.
// Numbers are added in the same order whatever SPLIT is.

/// As offsetsOf places them: W [input][unit] of both layers, W_o [dimension][unit], and the bias.
@group(0) @binding(6) var<storage, read> weights: array<vec4f>;
@group(0) @binding(7) var<storage, read> centre: array<f32>;
/// [stage][layer][unit]: what the condition adds.
@group(0) @binding(8) var<storage, read> told: array<vec4f>;

// DIMENSIONS, WIDTH, COLUMNS and VECTORS are written for a run: four samples each of COLUMNS lie side by side, and an invocation makes
// VECTORS times four units at a time.
const BLOCKS = WIDTH / (4u * VECTORS);

override SPLIT: u32;
/// Places in the weights, in vectors: the second layer, the output, its bias, and the rows of the classes of both layers.
override SECOND: u32;
override OUTPUT: u32;
override BIAS: u32;
override CLASSES_FIRST: u32;
override CLASSES_SECOND: u32;
/// Samples of different classes lie side by side.
override MIXED: bool;

var<workgroup> inputs: array<vec4f, DIMENSIONS * COLUMNS>;
var<workgroup> hidden: array<vec4f, WIDTH * COLUMNS>;
var<workgroup> parts: array<vec4f, BLOCKS * DIMENSIONS * COLUMNS>;

alias Four = array<vec4f, DIMENSIONS>;

fn silu(z: vec4f) -> vec4f {
  return z / (1.0 + exp(-z));
}

/// What the condition adds to four units of four samples.
fn condition(at: u32, layer: u32, unit: u32, sample: u32) -> mat4x4f {
  let b = told[(2u * at + layer) * (WIDTH / 4u) + unit];
  var z = mat4x4f(vec4f(b.x), vec4f(b.y), vec4f(b.z), vec4f(b.w));
  if (MIXED) {
    let rows = select(CLASSES_SECOND, CLASSES_FIRST, layer == 0u);
    for (var j = 0u; j < 4u; j++) {
      let w = weights[rows + u32(label_of(sample + j)) * (WIDTH / 4u) + unit];
      for (var k = 0u; k < 4u; k++) {
        z[k][j] += w[k];
      }
    }
  }
  return z;
}

@compute @workgroup_size(COLUMNS, SPLIT)
fn advance(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let column = local.x;
  let first = select(local.y, 0u, SPLIT == 1u);
  let quad = (id.y * groups.x + id.x) * COLUMNS + column;
  let sample = 4u * quad;
  // The buffers hold whole workgroups: their stride is a multiple of 64 samples.
  let mine = first == 0u && sample < run.stride;
  var now: Four;
  var old: Four;
  var before: Four;
  if (mine) {
    for (var i = 0u; i < DIMENSIONS; i++) {
      for (var j = 0u; j < 4u; j++) {
        let place = i * run.stride + sample + j;
        now[i][j] = x[place];
        if (KEEPS) {
          old[i][j] = kept[place];
          before[i][j] = previous[place];
        }
      }
    }
  }
  for (var at = run.first_stage; at < run.first_stage + run.stages; at++) {
    let stage = stages[at];
    let denoises = (stage.flags & DENOISES) != 0u;
    if (first == 0u) {
      for (var i = 0u; i < DIMENSIONS; i++) {
        inputs[i * COLUMNS + column] = (now[i] - stage.signal * centre[i]) * stage.input;
      }
    }
    if (SPLIT > 1u) {
      workgroupBarrier();
    }
    for (var block = first; block < run.units / (4u * VECTORS); block += SPLIT) {
      for (var v = 0u; v < VECTORS; v++) {
        let unit = block * VECTORS + v;
        var z = condition(at, 0u, unit, sample);
        for (var i = 0u; i < DIMENSIONS; i++) {
          let w = weights[i * (WIDTH / 4u) + unit];
          let u = inputs[i * COLUMNS + column];
          z[0] += w.x * u;
          z[1] += w.y * u;
          z[2] += w.z * u;
          z[3] += w.w * u;
        }
        hidden[(4u * unit) * COLUMNS + column] = silu(z[0]);
        hidden[(4u * unit + 1u) * COLUMNS + column] = silu(z[1]);
        hidden[(4u * unit + 2u) * COLUMNS + column] = silu(z[2]);
        hidden[(4u * unit + 3u) * COLUMNS + column] = silu(z[3]);
      }
    }
    if (SPLIT > 1u) {
      workgroupBarrier();
    }
    for (var block = first; block < run.units / (4u * VECTORS); block += SPLIT) {
      var z = array<vec4f, 4u * VECTORS>();
      for (var v = 0u; v < VECTORS; v++) {
        let b = condition(at, 1u, block * VECTORS + v, sample);
        for (var k = 0u; k < 4u; k++) {
          z[4u * v + k] = b[k];
        }
      }
      for (var k = 0u; k < run.units; k++) {
        let h = hidden[k * COLUMNS + column];
        for (var v = 0u; v < VECTORS; v++) {
          let w = weights[SECOND + k * (WIDTH / 4u) + block * VECTORS + v];
          z[4u * v] += w.x * h;
          z[4u * v + 1u] += w.y * h;
          z[4u * v + 2u] += w.z * h;
          z[4u * v + 3u] += w.w * h;
        }
      }
      var out = Four();
      for (var v = 0u; v < VECTORS; v++) {
        let unit = block * VECTORS + v;
        let h0 = hidden[(4u * unit) * COLUMNS + column] + silu(z[4u * v]);
        let h1 = hidden[(4u * unit + 1u) * COLUMNS + column] + silu(z[4u * v + 1u]);
        let h2 = hidden[(4u * unit + 2u) * COLUMNS + column] + silu(z[4u * v + 2u]);
        let h3 = hidden[(4u * unit + 3u) * COLUMNS + column] + silu(z[4u * v + 3u]);
        for (var i = 0u; i < DIMENSIONS; i++) {
          let w = weights[OUTPUT + i * (WIDTH / 4u) + unit];
          out[i] += w.x * h0 + w.y * h1 + w.z * h2 + w.w * h3;
        }
      }
      for (var i = 0u; i < DIMENSIONS; i++) {
        parts[(block * DIMENSIONS + i) * COLUMNS + column] = out[i];
      }
    }
    if (SPLIT > 1u) {
      workgroupBarrier();
    }
    if (first == 0u) {
      var d = Four();
      var e = Four();
      for (var i = 0u; i < DIMENSIONS; i++) {
        var f = vec4f(weights[BIAS + i / 4u][i % 4u]);
        for (var block = 0u; block < BLOCKS; block++) {
          f += parts[(block * DIMENSIONS + i) * COLUMNS + column];
        }
        let clean = centre[i] + (now[i] - stage.signal * centre[i]) * stage.skip + f * stage.output;
        if (denoises) {
          e[i] = select(vec4f(), (now[i] - stage.signal * clean) / stage.noise, stage.noise > 0.0);
          d[i] = clean;
          if (CLIPS) {
            d[i] = clamp(clean, vec4f(-run.clip), vec4f(run.clip));
          }
        }
      }
      step(stage, sample, &now, &old, &before, &d, &e);
    }
  }
  if (mine) {
    for (var i = 0u; i < DIMENSIONS; i++) {
      for (var j = 0u; j < 4u; j++) {
        let place = i * run.stride + sample + j;
        x[place] = now[i][j];
        if (KEEPS) {
          kept[place] = old[i][j];
          previous[place] = before[i][j];
        }
      }
    }
  }
}

/// The stage itself, of four samples.
fn step(
  stage: Stage,
  sample: u32,
  now: ptr<function, Four>,
  old: ptr<function, Four>,
  before: ptr<function, Four>,
  d: ptr<function, Four>,
  e: ptr<function, Four>,
) {
  for (var block = 0u; block < (DIMENSIONS + 3u) / 4u; block++) {
    var noise = array<vec4f, 4>();
    var given = array<vec4f, 4>();
    for (var j = 0u; j < 4u; j++) {
      if (stage.s != 0.0) {
        noise[j] = noise_of(sample + j, block, stage.draw, STEPS);
      }
      if (INPAINTS) {
        given[j] = noise_of(sample + j, block, stage.draw, GIVEN);
      }
    }
    for (var part = 0u; part < min(4u, DIMENSIONS - 4u * block); part++) {
      let i = 4u * block + part;
      let n = vec4f(noise[0][part], noise[1][part], noise[2][part], noise[3][part]);
      var next = stage.a * (*now)[i] + stage.h * (*e)[i] + stage.g * (*d)[i] + stage.s * n;
      if (KEEPS) {
        next += stage.c * (*before)[i] + stage.e * (*old)[i];
        if ((stage.flags & KEEPS_SAMPLE) != 0u) {
          (*old)[i] = (*now)[i];
        }
        if ((stage.flags & KEEPS_DENOISED) != 0u) {
          (*before)[i] = (*d)[i];
        }
      }
      if (INPAINTS) {
        let m = vec4f(given[0][part], given[1][part], given[2][part], given[3][part]);
        next = select(next, stage.next_signal * known[i].x + stage.next_noise * m, known[i].y != 0.0);
      }
      (*now)[i] = next;
    }
  }
}

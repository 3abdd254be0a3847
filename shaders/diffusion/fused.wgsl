// requires: diffusion/sampler_state.wgsl
// Samples of a small network, two layers of units, all stages in one dispatch. An invocation holds four samples, one a lane of a vector; where
// SPLIT invocations share them, each makes its own blocks of units. Weights are the same for all samples at a time: on a GPU a broadcast.
// Numbers are added in the same order whatever SPLIT is.

/// As offsetsOf places them: W [input][unit] of both layers, W_o [dimension][unit], and the bias.
@group(0) @binding(6) var<storage, read> weights: array<vec4f>;
@group(0) @binding(7) var<storage, read> centre: array<f32>;
/// [stage][layer][unit]: what the condition adds.
@group(0) @binding(8) var<storage, read> conditions: array<vec4f>;

// DIMENSIONS, WIDTH and COLUMNS are written for a run: four samples each of COLUMNS lie side by side. So are ROW and Row, that many vectors
// of weights, with row_of_weights, row_of_conditions and lane_of: src/models/diffusion/denoisers/row-wgsl.ts. An invocation makes ROW times four
// units at a time.
const BLOCKS = WIDTH / (4u * ROW);

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
alias Units = array<vec4f, 4u * ROW>;

fn silu(z: vec4f) -> vec4f {
  return z / (1.0 + exp(-z));
}

/// What the class of each of four samples adds to ROW times four units.
fn add_classes(z: ptr<function, Units>, rows: u32, unit: u32, sample: u32) {
  for (var j = 0u; j < min(4u, run.units); j++) {
    let row = rows + u32(label_of(sample + j)) * (WIDTH / 4u) + unit;
    let own = vec4f(vec4u(j) == vec4u(0u, 1u, 2u, 3u));
    for (var v = 0u; v < ROW; v++) {
      let w = weights[row + v];
      for (var k = 0u; k < 4u; k++) {
        (*z)[4u * v + k] += w[k] * own;
      }
    }
  }
}

/// What the level adds to them.
fn begin(at: u32, layer: u32, unit: u32, lane: u32) -> Units {
  let b = row_of_conditions((2u * at + layer) * (WIDTH / 4u) + unit, 1u, lane);
  var z: Units;
  for (var v = 0u; v < ROW; v++) {
    for (var k = 0u; k < 4u; k++) {
      z[4u * v + k] = vec4f(b[v][k]);
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
  let lane = lane_of();
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
  var middle: array<f32, DIMENSIONS>;
  for (var i = 0u; i < DIMENSIONS; i++) {
    middle[i] = centre[i];
  }
  for (var at = run.first_stage; at < run.first_stage + run.stages; at++) {
    let stage = stages[at];
    let denoises = (stage.flags & DENOISES) != 0u;
    if (first == 0u) {
      for (var i = 0u; i < DIMENSIONS; i++) {
        inputs[i * COLUMNS + column] = (now[i] - stage.signal * middle[i]) * stage.input;
      }
    }
    if (SPLIT > 1u) {
      workgroupBarrier();
    }
    for (var block = first; block < run.units / (4u * ROW); block += SPLIT) {
      let unit = block * ROW;
      var z = begin(at, 0u, unit, lane);
      if (MIXED) {
        add_classes(&z, CLASSES_FIRST, unit, sample);
      }
      for (var i = 0u; i < min(DIMENSIONS, run.units); i++) {
        let w = row_of_weights(i * (WIDTH / 4u) + unit, 1u, lane);
        let u = inputs[i * COLUMNS + column];
        for (var v = 0u; v < ROW; v++) {
          for (var k = 0u; k < 4u; k++) {
            z[4u * v + k] += w[v][k] * u;
          }
        }
      }
      for (var k = 0u; k < 4u * ROW; k++) {
        z[k] = silu(z[k]);
        hidden[(4u * unit + k) * COLUMNS + column] = z[k];
      }
      // A unit's own part of the output is its silu and what lies below it, which is at hand here.
      for (var i = 0u; i < min(DIMENSIONS, run.units); i++) {
        parts[(block * DIMENSIONS + i) * COLUMNS + column] = weigh(OUTPUT + i * (WIDTH / 4u) + unit, lane, &z);
      }
    }
    if (SPLIT > 1u) {
      workgroupBarrier();
    }
    for (var block = first; block < run.units / (4u * ROW); block += SPLIT) {
      let unit = block * ROW;
      var z = begin(at, 1u, unit, lane);
      if (MIXED) {
        add_classes(&z, CLASSES_SECOND, unit, sample);
      }
      // Two at a time: sums are loaded and stored half as often where they do not fit registers.
      for (var k = 0u; k < run.units; k += 2u) {
        let w0 = row_of_weights(SECOND + k * (WIDTH / 4u) + unit, 1u, lane);
        let w1 = row_of_weights(SECOND + (k + 1u) * (WIDTH / 4u) + unit, 1u, lane);
        let h0 = hidden[k * COLUMNS + column];
        let h1 = hidden[(k + 1u) * COLUMNS + column];
        for (var v = 0u; v < ROW; v++) {
          for (var j = 0u; j < 4u; j++) {
            z[4u * v + j] += w0[v][j] * h0;
            z[4u * v + j] += w1[v][j] * h1;
          }
        }
      }
      for (var k = 0u; k < 4u * ROW; k++) {
        z[k] = silu(z[k]);
      }
      for (var i = 0u; i < min(DIMENSIONS, run.units); i++) {
        parts[(block * DIMENSIONS + i) * COLUMNS + column] += weigh(OUTPUT + i * (WIDTH / 4u) + unit, lane, &z);
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
        for (var block = 0u; block < run.units / (4u * ROW); block++) {
          f += parts[(block * DIMENSIONS + i) * COLUMNS + column];
        }
        let clean = middle[i] + (now[i] - stage.signal * middle[i]) * stage.skip + f * stage.output;
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

/// Units of four samples times a row of weights, summed.
fn weigh(at: u32, lane: u32, z: ptr<function, Units>) -> vec4f {
  let w = row_of_weights(at, 1u, lane);
  var sum = vec4f();
  for (var v = 0u; v < ROW; v++) {
    sum += w[v].x * (*z)[4u * v] + w[v].y * (*z)[4u * v + 1u] + w[v].z * (*z)[4u * v + 2u] + w[v].w * (*z)[4u * v + 3u];
  }
  return sum;
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

// requires: diffusion/stage.wgsl
// The exact denoiser of a data set: the mean of its points a_i with weights softmax(-|x - signal a_i|² / 2 noise²). It is the retrieval of a
// modern Hopfield network with inverse temperature (signal/noise)². (Ramsauer et al. 2021, arXiv 2008.02217; Ambrogioni 2024, arXiv
// 2309.17290.) Weights are never all there: an invocation takes one chunk of the points, some at a time, for four samples, one a lane of a
// vector, by the online softmax; another kernel puts the chunks together. Chunks do not depend on the number of samples. ROW and Row, that
// many vectors of points, are written for a run, with row_of_points and lane_of: src/models/diffusion/denoisers/row-wgsl.ts.

struct Step {
  stage: u32,
  /// 0: the class requested. 1: none.
  pass_: u32,
  /// The first four samples of this dispatch, and how many.
  first_quad: u32,
  quads: u32,
}

/// [dimension][point], padded to whole chunks.
@group(0) @binding(3) var<storage, read> points: array<vec4f>;
/// [point]
@group(0) @binding(4) var<storage, read> labels: array<i32>;
/// [chunk][largest exponent, sum of weights, sums of weighted points][four samples]
@group(0) @binding(5) var<storage, read_write> sums: array<vec4f>;
/// [dimension][sample]
@group(0) @binding(6) var<storage, read_write> denoised: array<vec4f>;
@group(0) @binding(7) var<uniform> step: Step;

override DIMENSIONS: u32;
override POINTS: u32;
/// Points of a chunk, and chunks.
override CHUNK: u32;
override CHUNKS: u32;

const LEAST = -3.0e38;
/// Points at a time.
const SOME = 4u * ROW;

@compute @workgroup_size(WORKGROUP)
fn attend(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) index: u32) {
  // All invocations take part to the end, because rows are loaded by all of a subgroup together.
  let inside = id.x * WORKGROUP + index < step.quads;
  let own = min(id.x * WORKGROUP + index, step.quads - 1u);
  let lane = lane_of();
  let sample = 4u * (step.first_quad + own);
  let stage = stages[step.stage];
  let scale = 0.5 / max(stage.noise * stage.noise, 1e-12);
  var asked = vec4i(-1);
  if (step.pass_ == 0u) {
    for (var j = 0u; j < 4u; j++) {
      asked[j] = label_of(sample + j);
    }
  }
  let vectors = CHUNKS * CHUNK / 4u;
  let out = id.y * (DIMENSIONS + 2u) * step.quads + own;
  var most = vec4f(LEAST);
  var sum = vec4f();
  for (var block = id.y * CHUNK / SOME; block < (id.y + 1u) * CHUNK / SOME; block++) {
    var w = array<vec4f, SOME>();
    for (var i = 0u; i < DIMENSIONS; i++) {
      let now = four(i * run.stride + sample);
      let a = row_of_points(i * vectors + ROW * block, 1u, lane);
      for (var v = 0u; v < ROW; v++) {
        for (var k = 0u; k < 4u; k++) {
          let off = now - stage.signal * a[v][k];
          w[4u * v + k] += off * off;
        }
      }
    }
    var next = most;
    for (var k = 0u; k < SOME; k++) {
      let point = SOME * block + k;
      let label = labels[point];
      let counts = ((asked == vec4i(-1)) | (asked == vec4i(label))) & vec4<bool>(point < POINTS);
      w[k] = select(vec4f(LEAST), -scale * w[k], counts);
      next = max(next, w[k]);
    }
    let fall = exp(most - next);
    sum *= fall;
    for (var k = 0u; k < SOME; k++) {
      w[k] = select(vec4f(), exp(w[k] - next), w[k] > vec4f(LEAST));
      sum += w[k];
    }
    most = next;
    for (var i = 0u; i < DIMENSIONS; i++) {
      let place = out + (2u + i) * step.quads;
      var mean = select(sums[place] * fall, vec4f(), block == id.y * CHUNK / SOME);
      let a = row_of_points(i * vectors + ROW * block, 1u, lane);
      for (var v = 0u; v < ROW; v++) {
        mean += a[v].x * w[4u * v] + a[v].y * w[4u * v + 1u] + a[v].z * w[4u * v + 2u] + a[v].w * w[4u * v + 3u];
      }
      if (inside) {
        sums[place] = mean;
      }
    }
  }
  if (inside) {
    sums[out] = most;
    sums[out + step.quads] = sum;
  }
}

/// Chunks together, in their order: an invocation makes one dimension of four samples.
@compute @workgroup_size(WORKGROUP)
fn merge(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let own = id.x * WORKGROUP + lane;
  if (own >= step.quads) {
    return;
  }
  let rows = (DIMENSIONS + 2u) * step.quads;
  var most = vec4f(LEAST);
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    most = max(most, sums[chunk * rows + own]);
  }
  var sum = vec4f();
  var mean = vec4f();
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    let share = exp(sums[chunk * rows + own] - most);
    sum += share * sums[chunk * rows + step.quads + own];
    mean += share * sums[chunk * rows + (2u + id.y) * step.quads + own];
  }
  denoised[id.y * (run.stride / 4u) + step.first_quad + own] = mean / sum;
}

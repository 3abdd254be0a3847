// What a noisy sample says about the points it may come from: the weights softmax(-|x - signal a_i|² / 2 noise²) of the data's points, not one by
// one but summed, squared, and by class. An invocation takes one chunk of the points for four samples, one a lane of a vector; the host puts
// the chunks together in f64.

struct Run {
  signal: f32,
  /// 1 / 2 noise²
  scale: f32,
  quads: u32,
}

@group(0) @binding(0) var<uniform> run: Run;
/// [dimension][four samples]
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
/// [dimension][four points], padded to whole chunks.
@group(0) @binding(2) var<storage, read> points: array<vec4f>;
/// [point]
@group(0) @binding(3) var<storage, read> labels: array<u32>;
/// [chunk][largest exponent, sum of weights, of their squares, of each class][four samples]
@group(0) @binding(4) var<storage, read_write> sums: array<vec4f>;

override WORKGROUP: u32;
override DIMENSIONS: u32;
override POINTS: u32;
override CHUNK: u32;
override CHUNKS: u32;
override CLASSES: u32;

const LEAST = -3.0e38;

@compute @workgroup_size(WORKGROUP)
fn posterior(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quad = id.x * WORKGROUP + lane;
  if (quad >= run.quads) {
    return;
  }
  let vectors = CHUNKS * CHUNK / 4u;
  let out = id.y * (3u + CLASSES) * run.quads + quad;
  var most = vec4f(LEAST);
  var sum = vec4f();
  var squares = vec4f();
  for (var c = 0u; c < CLASSES; c++) {
    sums[out + (3u + c) * run.quads] = vec4f();
  }
  for (var block = id.y * CHUNK / 16u; block < (id.y + 1u) * CHUNK / 16u; block++) {
    var w = array<vec4f, 16>();
    for (var i = 0u; i < DIMENSIONS; i++) {
      let now = x[i * run.quads + quad];
      for (var v = 0u; v < 4u; v++) {
        let a = run.signal * points[i * vectors + 4u * block + v];
        for (var k = 0u; k < 4u; k++) {
          let off = now - a[k];
          w[4u * v + k] += off * off;
        }
      }
    }
    var next = most;
    for (var k = 0u; k < 16u; k++) {
      w[k] = select(vec4f(LEAST), -run.scale * w[k], vec4<bool>(16u * block + k < POINTS));
      next = max(next, w[k]);
    }
    let fall = exp(most - next);
    sum *= fall;
    squares *= fall * fall;
    for (var c = 0u; c < CLASSES; c++) {
      sums[out + (3u + c) * run.quads] *= fall;
    }
    for (var k = 0u; k < 16u; k++) {
      let weight = select(vec4f(), exp(w[k] - next), w[k] > vec4f(LEAST));
      sum += weight;
      squares += weight * weight;
      if (CLASSES > 0u) {
        sums[out + (3u + labels[16u * block + k]) * run.quads] += weight;
      }
    }
    most = next;
  }
  sums[out] = most;
  sums[out + run.quads] = sum;
  sums[out + 2u * run.quads] = squares;
}

// requires: common/threefry.wgsl
// requires: common/normal.wgsl
// requires: diffusion-training/run.wgsl
// The minibatch of a step: points drawn with replacement, noise, its level, and whether the class is given. With η = (x₀ - centre) / σ_data,
// r = σ / σ_data and noise n the network sees u = (η + r n) / √(1 + r²) and should say (r η - n) / √(1 + r²): all of variance 1.

/// η, [point][dimension].
@group(0) @binding(2) var<storage, read> points: array<f32>;
/// [point]; empty without classes.
@group(0) @binding(3) var<storage, read> labels: array<u32>;
@group(0) @binding(4) var<storage, read_write> rows: array<vec4f>;

override PURPOSE: u32;

/// ln 1000: noise over signal, as networks receive it, is within 1/1000 and 1000.
const MOST_LEVEL = 6.9077553;

struct Draw {
  point: u32,
  /// ln(σ / σ_data)
  level: f32,
  labelled: bool,
}

fn drawn(sample: u32) -> Draw {
  let words = threefry4x32(vec4u(sample, step.step, 0u, 0u), vec4u(run.seed, PURPOSE, 0u));
  // floor(word * points / 2^32), in halves of 16 bits because there is no wider product.
  let low = (words.x & 0xffffu) * run.points;
  let point = ((words.x >> 16u) * run.points + (low >> 16u)) >> 16u;
  return Draw(point, run.noise_mean + run.noise_sd * normal_pair(words.yz).x, words.w >= run.dropout);
}

/// One invocation: four samples, four dimensions.
@compute @workgroup_size(WORKGROUP)
fn draw_samples(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quad = group.x * WORKGROUP + lane;
  if (quad >= run.quads) {
    return;
  }
  var inputs: array<vec4f, 4>;
  var targets: array<vec4f, 4>;
  for (var k = 0u; k < 4u; k++) {
    let sample = 4u * quad + k;
    let draw = drawn(sample);
    let words = threefry4x32(vec4u(sample, step.step, 1u, group.y), vec4u(run.seed, PURPOSE, 0u));
    let noise = normals(words);
    let ratio = exp(draw.level);
    let scale = inverseSqrt(1.0 + ratio * ratio);
    for (var i = 0u; i < 4u; i++) {
      let eta = points[draw.point * run.dimension + min(4u * group.y + i, run.dimension - 1u)];
      inputs[i][k] = (eta + ratio * noise[i]) * scale;
      targets[i][k] = (ratio * eta - noise[i]) * scale;
    }
  }
  for (var i = 0u; i < 4u && 4u * group.y + i < run.dimension; i++) {
    let row = 4u * group.y + i;
    rows[row * run.quads + quad] = inputs[i];
    rows[(layer_row(run.layers) + row) * run.quads + quad] = targets[i];
  }
}

/// One invocation: four samples, a frequency (its cosine and sine), a class, or the constant.
@compute @workgroup_size(WORKGROUP)
fn draw_conditions(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quad = group.x * WORKGROUP + lane;
  if (quad >= run.quads) {
    return;
  }
  var cosines = vec4f(1.0);
  var sines: vec4f;
  for (var k = 0u; k < 4u; k++) {
    let draw = drawn(4u * quad + k);
    if (group.y < 16u) {
      let tau = 0.25 * clamp(draw.level + run.log_deviation, -MOST_LEVEL, MOST_LEVEL);
      let turns = fract(tau * frequencies[group.y] * 0.15915494);
      let wave = turn(u32(turns * 0x1p32));
      cosines[k] = wave.x;
      sines[k] = wave.y;
    } else if (run.classes > 0u && group.y <= 16u + run.classes) {
      let label = select(run.classes, labels[draw.point], draw.labelled);
      cosines[k] = select(0.0, 1.0, label == group.y - 16u);
    }
  }
  let row = run.dimension + group.y + select(16u, 0u, group.y < 16u);
  rows[row * run.quads + quad] = cosines;
  if (group.y < 16u) {
    rows[(row + 16u) * run.quads + quad] = sines;
  }
}

/// 64^(j / 15) / 2, in radians
const frequencies = array<f32, 16>(
  0.5, 0.6597539554, 0.8705505633, 1.148698355, 1.5157165665, 2.0, 2.6390158215, 3.4822022532,
  4.5947934199, 6.0628662660, 8.0, 10.5560632861, 13.9288090127, 18.3791736799, 24.2514650642, 32.0,
);

// Sums over time of products of features, exactly: as integers of 24 bits, each in two limbs of 12, whose products are added in 32
// bits over at most 128 steps and then in 64. A sum in f32 would lose the small eigenvalues that a readout lives on. One invocation has
// 4 × 4 features of a member.

struct Step {
  /// Pairs of groups of four features, the first group not above the second.
  tiles: u32,
  members: u32,
  /// Groups of four in a row.
  groups: u32,
  steps: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
/// [tile]: its two groups in halves of 16 bits.
@group(0) @binding(1) var<storage, read> tiles: array<u32>;
/// [member][step, 128][group].
@group(0) @binding(2) var<storage, read> kept: array<vec4i>;
/// [member][tile][16]: low and high word.
@group(0) @binding(3) var<storage, read_write> sums: array<vec2u>;

override WORKGROUP: u32;
/// With squares a readout sees every second state squared; these are so many.
override SQUARED_UNITS: u32 = 0u;

const STEPS_KEPT = 128u;

/// Features as a readout sees them. A square is rounded to 24 bits as the state was.
fn features(at: u32, group: u32) -> vec4i {
  var value = kept[at + group];
  if (SQUARED_UNITS > 0u) {
    let unit = 4u * group + vec4u(0u, 1u, 2u, 3u);
    value = select(value, square(value), (unit % 2u == vec4u(1u)) & (unit < vec4u(SQUARED_UNITS)));
  }
  return value;
}

/// q² / 2^23, rounded, from limbs of 12 bits.
fn square(value: vec4i) -> vec4i {
  let size = vec4u(abs(value));
  let high = size >> vec4u(12u);
  let low = size & vec4u(0xfffu);
  // q² = high² 2^24 + 2 high low 2^12 + low²; the last carries into the rest.
  let rest = (low * low) >> vec4u(12u);
  let middle = 2u * high * low + rest;
  return vec4i(((high * high) << vec4u(1u)) + ((middle + 1024u) >> vec4u(11u)));
}

fn add64(sum: vec2u, value: i32, shift: u32) -> vec2u {
  let high = value >> (32u - shift);
  let low = u32(value) << shift;
  let total = sum.x + low;
  return vec2u(total, sum.y + u32(high) + select(0u, 1u, total < low));
}

@compute @workgroup_size(WORKGROUP)
fn gram(@builtin(global_invocation_id) id: vec3u) {
  let tile = id.x;
  let member = id.y;
  if (tile >= step.tiles || member >= step.members) {
    return;
  }
  let first = tiles[tile] & 0xffffu;
  let second = tiles[tile] >> 16u;
  // Of the four products of limbs: high with high, the two mixed ones together, low with low.
  var high: array<vec4i, 4>;
  var mixed: array<vec4i, 4>;
  var low: array<vec4i, 4>;
  for (var time = 0u; time < step.steps; time++) {
    let at = (member * STEPS_KEPT + time) * step.groups;
    let a = features(at, first);
    let b = features(at, second);
    let a_high = a >> vec4u(12u);
    let a_low = a & vec4i(0xfff);
    let b_high = b >> vec4u(12u);
    let b_low = b & vec4i(0xfff);
    for (var i = 0u; i < 4u; i++) {
      high[i] += a_high[i] * b_high;
      mixed[i] += a_high[i] * b_low + a_low[i] * b_high;
      low[i] += a_low[i] * b_low;
    }
  }
  for (var i = 0u; i < 4u; i++) {
    for (var j = 0u; j < 4u; j++) {
      let at = (member * step.tiles + tile) * 16u + 4u * i + j;
      var sum = sums[at];
      sum = add64(sum, high[i][j], 24u);
      sum = add64(sum, mixed[i][j], 12u);
      let total = sum.x + u32(low[i][j]);
      sum = vec2u(total, sum.y + select(0u, 1u, total < sum.x));
      sums[at] = sum;
    }
  }
}

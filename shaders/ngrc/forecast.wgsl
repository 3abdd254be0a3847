// Forecasts of next-generation reservoirs: one invocation a start, and the loop over time inside. A path holds its own past, so that a
// dispatch continues where the last one ended.

struct Run {
  /// Starts side by side, and training segments: those that share one have the same weights.
  slots: u32,
  segments: u32,
  /// Numbers of a sample.
  dimension: u32,
  /// Monomials, and factors of each.
  features: u32,
  order: u32,
  /// The newest sample that is known, and how many to make.
  newest: u32,
  count: u32,
}

/// A factor of 1: monomials of a lower order have fewer numbers.
const NONE = 0xffffffffu;

@group(0) @binding(0) var<uniform> run: Run;
/// [time][component][slot]. Components are in units of a power of two that none of the training samples exceeds.
@group(0) @binding(1) var<storage, read_write> path: array<f32>;
/// [four components][monomial][segment].
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
/// [monomial][factor]: how many numbers of a path before the end of the newest sample it stands, or NONE.
@group(0) @binding(3) var<storage, read> monomials: array<u32>;
/// The training segment of each slot.
@group(0) @binding(4) var<storage, read> segment_of: array<u32>;

override WORKGROUP: u32;
/// A sample beyond is not taken, and the last one stays.
override BOUND: f32;

@compute @workgroup_size(WORKGROUP)
fn forecast(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let slot = (id.y * groups.x + id.x) * WORKGROUP + lane;
  if (slot >= run.slots) {
    return;
  }
  let segment = segment_of[slot];
  for (var step = 0u; step < run.count; step++) {
    let begin = (run.newest + step) * run.dimension;
    let end = begin + run.dimension;
    var inside = true;
    for (var first = 0u; first < run.dimension; first += 4u) {
      var change = vec4f();
      for (var m = 0u; m < run.features; m++) {
        var value = 1.0;
        for (var factor = 0u; factor < run.order; factor++) {
          let back = monomials[m * run.order + factor];
          if (back != NONE) {
            value *= path[(end - back) * run.slots + slot];
          }
        }
        change += value * weights[((first / 4u) * run.features + m) * run.segments + segment];
      }
      for (var i = first; i < min(first + 4u, run.dimension); i++) {
        let next = path[(begin + i) * run.slots + slot] + change[i - first];
        inside = inside && abs(next) < BOUND;
        path[(end + i) * run.slots + slot] = next;
      }
    }
    if (!inside) {
      for (var i = 0u; i < run.dimension; i++) {
        path[(end + i) * run.slots + slot] = path[(begin + i) * run.slots + slot];
      }
    }
  }
}

// Outputs of trained networks at the steps whose features are kept: one invocation an output of a step.

struct Step {
  members: u32,
  steps: u32,
  /// Words of a row of features, and how many of them are features.
  row: u32,
  features: u32,
  outputs: u32,
  /// Where the first of these steps stands in the predictions, and how many there are in all.
  first: u32,
  horizon: u32,
  /// Units whose every second state is squared.
  squared_units: u32,
}

@group(0) @binding(0) var<uniform> step: Step;
/// [member][step, 128][row].
@group(0) @binding(1) var<storage, read> kept: array<i32>;
/// [member][feature][output], times the unit of the feature.
@group(0) @binding(2) var<storage, read> readouts: array<f32>;
/// [member][step][output].
@group(0) @binding(3) var<storage, read_write> predictions: array<f32>;

override WORKGROUP: u32;

const STEPS_KEPT = 128u;

@compute @workgroup_size(WORKGROUP)
fn read_out(@builtin(global_invocation_id) id: vec3u) {
  let member = id.y;
  let output = id.x % step.outputs;
  let time = id.x / step.outputs;
  if (member >= step.members || time >= step.steps) {
    return;
  }
  let at = (member * STEPS_KEPT + time) * step.row;
  // A sum of sums of eight: its rounding grows with the features' number over eight.
  var sum = 0.0;
  for (var first = 0u; first < step.features; first += 8u) {
    var part = 0.0;
    for (var f = first; f < min(first + 8u, step.features); f++) {
      var value = f32(kept[at + f]);
      if (f < step.squared_units && f % 2u == 1u) {
        value = value * value * 0x1p-23;
      }
      part += readouts[(member * step.features + f) * step.outputs + output] * value;
    }
    sum += part;
  }
  predictions[(member * step.horizon + step.first + time) * step.outputs + output] = sum;
}

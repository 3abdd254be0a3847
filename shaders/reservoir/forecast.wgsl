// requires: reservoir/persistent.wgsl
// Networks that run free: driven by the series for some steps, then by their own outputs. All members of a bundle are one trained
// network at different starts, so they share its readout.

/// [member][feature][output].
@group(0) @binding(7) var<storage, read> readouts: array<f32>;
/// [bundle][block][lane][prediction][output].
@group(0) @binding(8) var<storage, read_write> predictions: array<f32>;

override SQUARES: bool = false;
/// The larger of the workgroup and the outputs.
override PARTIALS: u32;

var<workgroup> partials: array<Lanes, PARTIALS * BLOCKS>;

/// What a readout sees of a unit: its state, or with squares that of every second one squared.
fn feature(unit: u32, value: Lanes) -> Lanes {
  if (SQUARES && unit % 2u == 1u) {
    return value * value;
  }
  return value;
}

/// Part of an output: the sum over every `segments`th feature from `segment` on.
fn partial_output(bundle: Bundle, output: u32, segment: u32, segments: u32, block: u32) -> Lanes {
  let features = UNITS + run.inputs + 1u;
  var sum = Lanes();
  for (var f = segment; f < features; f += segments) {
    let weight = readouts[(bundle.member * features + f) * run.outputs + output];
    var value = Lanes(1.0);
    if (f < UNITS) {
      value = feature(f, state_now(f, block));
    } else if (f < UNITS + run.inputs) {
      value = input_now(f - UNITS, block);
    }
    sum += weight * value;
  }
  return sum;
}

@compute @workgroup_size(WORKGROUP)
fn forecast(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let bundle_index = id.x + id.y * groups.x;
  if (bundle_index >= arrayLength(&bundles)) {
    return;
  }
  let bundle = bundles[bundle_index];
  let segments = max(1u, WORKGROUP / run.outputs);
  load_settings(bundle_index);
  load_states(bundle_index, lane);
  // What a chunk of steps begins with, the end of the last one left next to the states.
  let kept_signal = arrayLength(&bundles) * UNITS * BLOCKS + bundle_index * INPUTS * BLOCKS;
  if (step.first == 0u) {
    stage(bundle, lane, 0u, half, run.inputs);
  } else {
    for (var i = lane; i < INPUTS * BLOCKS; i += WORKGROUP) {
      signal[half * INPUTS * BLOCKS + i] = states[kept_signal + i];
    }
  }
  workgroupBarrier();
  for (var time = step.first; time < step.first + step.count; time++) {
    for (var layer = 0u; layer < run.layers; layer++) {
      for (var unit = layer * run.units + lane; unit < (layer + 1u) * run.units; unit += WORKGROUP) {
        let next = advance_unit(bundle, layer, unit, time);
        for (var block = 0u; block < BLOCKS; block++) {
          state[((1u - half) * UNITS + unit) * BLOCKS + block] = next[block];
        }
      }
      workgroupBarrier();
    }
    let free = time + 1u >= run.driven;
    if (free) {
      for (var item = lane; item < run.outputs * segments; item += WORKGROUP) {
        for (var block = 0u; block < BLOCKS; block++) {
          let output = item % run.outputs;
          partials[item * BLOCKS + block] = partial_output(bundle, output, item / run.outputs, segments, block);
        }
      }
    }
    workgroupBarrier();
    if (free) {
      for (var i = lane; i < run.outputs * BLOCKS; i += WORKGROUP) {
        let output = i / BLOCKS;
        let block = i % BLOCKS;
        var sum = Lanes();
        for (var segment = 0u; segment < segments; segment++) {
          sum += partials[(segment * run.outputs + output) * BLOCKS + block];
        }
        if (run.exogenous + output < run.inputs) {
          signal[((1u - half) * INPUTS + run.exogenous + output) * BLOCKS + block] = sum;
        }
        let values = parts(sum);
        for (var k = 0u; k < LANES; k++) {
          let slot = (bundle_index * BLOCKS + block) * LANES + k;
          predictions[(slot * run.horizon + time + 1u - run.driven) * run.outputs + output] = values[k];
        }
      }
    }
    stage(bundle, lane, time + 1u, 1u - half, select(run.inputs, run.exogenous, free));
    workgroupBarrier();
    half = 1u - half;
  }
  store_states(bundle_index, lane);
  for (var i = lane; i < INPUTS * BLOCKS; i += WORKGROUP) {
    states[kept_signal + i] = signal[half * INPUTS * BLOCKS + i];
  }
}

// requires: reservoir/stepwise.wgsl
// Outputs of large networks after a step, which are their next inputs, or those of their neighbours. One workgroup an output and bundle.

/// [member][feature][output].
@group(0) @binding(7) var<storage, read> readouts: array<f32>;
/// [bundle][block][lane][prediction][output].
@group(0) @binding(8) var<storage, read_write> predictions: array<f32>;

override SQUARES: bool = false;
override PARTIALS: u32 = WORKGROUP * BLOCKS;

var<workgroup> partials: array<Lanes, PARTIALS>;

/// What a readout sees: states, or with squares every second one squared, inputs, and 1.
fn feature(f: u32, block: u32) -> Lanes {
  if (f >= run.all_units + run.inputs) {
    return Lanes(1.0);
  }
  if (f >= run.all_units) {
    return input_now(f - run.all_units, block);
  }
  let value = state_now(f, block);
  if (SQUARES && f % 2u == 1u) {
    return value * value;
  }
  return value;
}

@compute @workgroup_size(WORKGROUP)
fn put_out(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  begin(id.y, step.first);
  let output = id.x;
  let free = step.first + 1u >= run.driven;
  let features = run.all_units + run.inputs + 1u;
  for (var block = 0u; block < BLOCKS; block++) {
    var sum = Lanes();
    if (free) {
      for (var f = lane; f < features; f += WORKGROUP) {
        sum += readouts[(own_bundle.member * features + f) * run.outputs + output] * feature(f, block);
      }
    }
    partials[lane * BLOCKS + block] = sum;
  }
  for (var width = WORKGROUP / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lane < width) {
      for (var block = 0u; block < BLOCKS; block++) {
        partials[lane * BLOCKS + block] += partials[(lane + width) * BLOCKS + block];
      }
    }
  }
  workgroupBarrier();
  if (lane < BLOCKS && free) {
    let column = run.exogenous + own_bundle.target_column - run.columns + output;
    let sum = partials[lane];
    if (column < run.columns) {
      signals[signal_at(1u - half, column, lane)] = sum;
    }
    let values = parts(sum);
    for (var k = 0u; k < LANES; k++) {
      let slot = (own * BLOCKS + lane) * LANES + k;
      predictions[(slot * run.horizon + step.first + 1u - run.driven) * run.outputs + output] = values[k];
    }
  }
  if (output == 0u) {
    stage(lane, step.first + 1u, 1u - half, select(run.columns, run.exogenous, free));
  }
}

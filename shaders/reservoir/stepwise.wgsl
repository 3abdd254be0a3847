// requires: reservoir/unit.wgsl
// Networks too large for workgroup memory, and those that read each other's outputs: a dispatch a step, states and signals in storage,
// twice, for the last step and for this one.

/// [half][bundle][unit][block].
@group(0) @binding(6) var<storage, read_write> states: array<Lanes>;
/// [half][field][input column][block].
@group(0) @binding(9) var<storage, read_write> signals: array<Lanes>;

var<private> half: u32;
var<private> own: u32;
var<private> own_bundle: Bundle;

fn state_at(which: u32, unit: u32, block: u32) -> u32 {
  return ((which * arrayLength(&bundles) + own) * run.all_units + unit) * BLOCKS + block;
}

fn signal_at(which: u32, column: u32, block: u32) -> u32 {
  return ((which * run.fields + own_bundle.field) * run.columns + column) * BLOCKS + block;
}

fn state_before(unit: u32, block: u32) -> Lanes {
  return states[state_at(half, unit, block)];
}

fn state_now(unit: u32, block: u32) -> Lanes {
  return states[state_at(1u - half, unit, block)];
}

fn input_now(input: u32, block: u32) -> Lanes {
  return signals[signal_at(half, (own_bundle.input + input) % run.columns, block)];
}

/// Puts the series' first `count` inputs at a time into a half of the signal. Of networks that share it the first does.
fn stage(lane: u32, time: u32, into: u32, count: u32) {
  if (own_bundle.leads == 0u) {
    return;
  }
  for (var i = lane; i < count * BLOCKS; i += WORKGROUP) {
    let rows = own_settings[i % BLOCKS].row + Index(time);
    signals[signal_at(into, i / BLOCKS, i % BLOCKS)] = gather(rows * run.width + Index(i / BLOCKS));
  }
}

fn begin(bundle_index: u32, time: u32) {
  own = bundle_index;
  own_bundle = bundles[bundle_index];
  half = time % 2u;
  load_settings(bundle_index);
}

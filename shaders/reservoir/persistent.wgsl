// requires: reservoir/unit.wgsl
// Networks whose states fit into workgroup memory: one workgroup a bundle, and the loop over time inside. States and inputs stand there
// twice, for the last step and for this one.

/// Units of all layers, and inputs.
override UNITS: u32;
override INPUTS: u32;
override STATES: u32 = 2u * UNITS * BLOCKS;
override SIGNALS: u32 = 2u * INPUTS * BLOCKS;

/// [bundle][unit][block].
@group(0) @binding(6) var<storage, read_write> states: array<Lanes>;

var<workgroup> state: array<Lanes, STATES>;
var<workgroup> signal: array<Lanes, SIGNALS>;
/// Which half is the last step's.
var<private> half: u32;

fn state_before(unit: u32, block: u32) -> Lanes {
  return state[(half * UNITS + unit) * BLOCKS + block];
}

fn state_now(unit: u32, block: u32) -> Lanes {
  return state[((1u - half) * UNITS + unit) * BLOCKS + block];
}

fn input_now(input: u32, block: u32) -> Lanes {
  return signal[(half * INPUTS + input) * BLOCKS + block];
}

fn series_input(bundle: Bundle, input: u32, block: u32, time: u32) -> Lanes {
  let rows = own_settings[block].row + Index(time);
  return gather(rows * run.width + Index((bundle.input + input) % run.columns));
}

/// Puts the series' inputs at a time into a half of the signal.
fn stage(bundle: Bundle, lane: u32, time: u32, into: u32, inputs: u32) {
  for (var i = lane; i < inputs * BLOCKS; i += WORKGROUP) {
    signal[into * INPUTS * BLOCKS + i] = series_input(bundle, i / BLOCKS, i % BLOCKS, time);
  }
}

fn load_states(bundle_index: u32, lane: u32) {
  for (var i = lane; i < UNITS * BLOCKS; i += WORKGROUP) {
    state[half * UNITS * BLOCKS + i] = states[bundle_index * UNITS * BLOCKS + i];
  }
}

fn store_states(bundle_index: u32, lane: u32) {
  for (var i = lane; i < UNITS * BLOCKS; i += WORKGROUP) {
    states[bundle_index * UNITS * BLOCKS + i] = state[half * UNITS * BLOCKS + i];
  }
}

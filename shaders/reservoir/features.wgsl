// requires: reservoir/unit.wgsl
// Features of up to 128 steps, kept as integers of 24 bits, so that sums of their products depend on no order and lose nothing.

/// [member][step][row]: states, inputs, 1, targets.
@group(0) @binding(7) var<storage, read_write> kept: array<i32>;
/// [member]: 1 if a state left the range of its integers.
@group(0) @binding(8) var<storage, read_write> flags: array<atomic<u32>>;

const STEPS_KEPT = 128u;
/// 2^23 as a float's bits.
const LARGEST = 0x4b000000u;

fn keep_feature(bundle: Bundle, block: u32, slot: u32, feature: u32, scaled: Lanes) {
  let values = parts(round(scaled));
  for (var i = 0u; i < LANES; i++) {
    let member = block * LANES + i;
    if (member < bundle.members) {
      let value = values[i];
      // By its bits, for comparisons may assume that there is no NaN.
      let outside = (bitcast<u32>(value) & 0x7fffffffu) > LARGEST;
      if (outside) {
        atomicStore(&flags[bundle.member + member], 1u);
      }
      kept[((bundle.member + member) * STEPS_KEPT + slot) * run.row + feature] = select(i32(value), 0, outside);
    }
  }
}

/// What a row has in addition to the states.
fn keep_others(bundle: Bundle, lane: u32, time: u32) {
  for (var i = lane; i < (run.inputs + 1u + run.outputs) * BLOCKS; i += WORKGROUP) {
    let block = i % BLOCKS;
    let other = i / BLOCKS;
    var value = Lanes(0x1p23); // the constant 1
    if (other < run.inputs) {
      value = input_now(other, block) * run.input_scale;
    } else if (other > run.inputs) {
      let rows = own_settings[block].row + Index(time);
      let column = bundle.target_column + other - run.inputs - 1u;
      value = gather(rows * run.width + Index(column)) * run.target_scale;
    }
    keep_feature(bundle, block, time - step.keep, run.all_units + other, value);
  }
}

// requires: rbm/machine.wgsl
// A weight or bias after a step of learning.

/// They stay within 8, so that sums over 1000 units fit 32 bits.
const LARGEST_WEIGHT = 2097152;

fn changed(value: i32, count: i32) -> i32 {
  return clamp(value + ((count * i32(run.rate) + 128) >> 8u), -LARGEST_WEIGHT, LARGEST_WEIGHT);
}

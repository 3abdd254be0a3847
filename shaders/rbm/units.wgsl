// requires: rbm/machine.wgsl
// Block Gibbs sampling: all units of one layer given the other, for all chains. A lane has a unit; the bits of the other layer are the
// same for all lanes, so that only weights of units that are on are read, side by side.

@group(0) @binding(2) var<storage, read> given: array<u32>;
@group(0) @binding(3) var<storage, read_write> made: array<u32>;
/// [given unit][made unit].
@group(0) @binding(4) var<storage, read> weights: array<i32>;
@group(0) @binding(5) var<storage, read> biases: array<i32>;
/// 2^32 times the probability to be on, for activations from -16 to 16 in steps of 2^-10.
@group(0) @binding(6) var<storage, read> on_probabilities: array<u32>;

override PURPOSE: u32;

var<workgroup> bits: array<u32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn sample_units(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let down = step.layer == 1u;
  let units = select(run.hidden, run.visible, down);
  let words = select(run.hidden_words, run.visible_words, down);
  let given_words = select(run.visible_words, run.hidden_words, down);
  let chain = id.y;
  let unit = id.x * WORKGROUP + lane;
  let mine = min(unit, units - 1u);

  var sum = biases[mine];
  for (var word = 0u; word < given_words; word++) {
    var on = given[chain * given_words + word];
    while (on != 0u) {
      let bit = firstTrailingBit(on);
      on &= on - 1u;
      sum += weights[(32u * word + bit) * units + mine];
    }
  }
  let at = place(sum);
  let random = threefry4x32(vec4u(mine / 4u, step.step, step.phase, chain), vec4u(run.seed, PURPOSE, 0u))[mine % 4u];
  bits[lane] = select(0u, 1u, unit < units && random < on_probabilities[at]);
  workgroupBarrier();
  if (lane % 32u == 0u && unit < units) {
    var word = 0u;
    for (var i = 0u; i < 32u; i++) {
      word |= bits[lane + i] << i;
    }
    made[chain * words + unit / 32u] = word;
  }
}

// requires: rbm/machine.wgsl
// Gibbs sampling of a machine without hidden units: visible units are coupled to each other, so a chain changes them one after another.
// One invocation a chain; all read the same weight at the same time.

@group(0) @binding(2) var<storage, read_write> model: array<u32>;
/// [visible][visible], symmetric, nothing on the diagonal.
@group(0) @binding(3) var<storage, read> weights: array<i32>;
@group(0) @binding(4) var<storage, read> biases: array<i32>;
/// As in units.wgsl.
@group(0) @binding(5) var<storage, read> on_probabilities: array<u32>;

override PURPOSE: u32;

@compute @workgroup_size(WORKGROUP)
fn sweep_chains(@builtin(global_invocation_id) id: vec3u) {
  let chain = id.x;
  if (chain >= run.chains) {
    return;
  }
  let first = chain * run.visible_words;
  for (var i = 0u; i < run.visible; i++) {
    var sum = biases[i];
    for (var word = 0u; word < run.visible_words; word++) {
      let on = model[first + word];
      let row = i * run.visible + 32u * word;
      for (var k = 0u; k < min(32u, run.visible - 32u * word); k++) {
        sum += select(0, weights[row + k], ((on >> k) & 1u) == 1u);
      }
    }
    let at = place(sum);
    let random = threefry4x32(vec4u(i / 4u, step.step, step.phase, chain), vec4u(run.seed, PURPOSE, 0u))[i % 4u];
    let bit = 1u << (i % 32u);
    let others = model[first + i / 32u] & ~bit;
    model[first + i / 32u] = select(others, others | bit, random < on_probabilities[at]);
  }
}

// requires: rbm/machine.wgsl
// The bits of a layer, transposed: for each unit one word of 32 chains, so that both on is a count of bits.

@group(0) @binding(2) var<storage, read> units: array<u32>;
@group(0) @binding(3) var<storage, read_write> transposed: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn transpose_units(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let down = step.layer == 1u;
  let count = select(run.visible, run.hidden, down);
  let words = select(run.visible_words, run.hidden_words, down);
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= count * run.chain_words) {
    return;
  }
  let unit = index / run.chain_words;
  let first = 32u * (index % run.chain_words);
  var word = 0u;
  for (var i = 0u; i < 32u && first + i < run.chains; i++) {
    word |= ((units[(first + i) * words + unit / 32u] >> (unit % 32u)) & 1u) << i;
  }
  transposed[index] = word;
}

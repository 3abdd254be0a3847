// requires: rbm/change.wgsl
// The step of learning of a machine without hidden units: a weight grows by the rate times how often both its units are on in the data,
// less how often in the chains. One invocation a weight, with a column more for the biases.

@group(0) @binding(2) var<storage, read> data: array<u32>;
@group(0) @binding(3) var<storage, read> model: array<u32>;
@group(0) @binding(4) var<storage, read_write> weights: array<i32>;
@group(0) @binding(5) var<storage, read_write> biases: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn couple(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  let columns = run.visible + 1u;
  if (index >= run.visible * columns) {
    return;
  }
  let i = index / columns;
  let j = index % columns;
  let other = min(j, run.visible - 1u);
  let single = j == run.visible;
  var count = 0;
  for (var word = 0u; word < run.chain_words; word++) {
    let alone = select(0u, 0xffffffffu, single);
    let in_data = data[i * run.chain_words + word] & (data[other * run.chain_words + word] | alone);
    let in_model = model[i * run.chain_words + word] & (model[other * run.chain_words + word] | alone);
    count += i32(countOneBits(in_data)) - i32(countOneBits(in_model));
  }
  if (single) {
    biases[i] = changed(biases[i], count);
  } else if (i != j) {
    weights[i * run.visible + j] = changed(weights[i * run.visible + j], count);
  }
}

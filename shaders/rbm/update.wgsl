// requires: rbm/change.wgsl
// The gradient and the step along it: a weight grows by the rate times how often both its units are on in the data, less how often in
// the model's chains; a bias likewise by its unit alone. One invocation a weight, with a row and a column more for the biases.

@group(0) @binding(2) var<storage, read> data_visible: array<u32>;
@group(0) @binding(3) var<storage, read> data_hidden: array<u32>;
@group(0) @binding(4) var<storage, read> model_visible: array<u32>;
@group(0) @binding(5) var<storage, read> model_hidden: array<u32>;
/// [visible][hidden], and the same as [hidden][visible].
@group(0) @binding(6) var<storage, read_write> weights: array<i32>;
@group(0) @binding(7) var<storage, read_write> transposed_weights: array<i32>;
@group(0) @binding(8) var<storage, read_write> visible_biases: array<i32>;
@group(0) @binding(9) var<storage, read_write> hidden_biases: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn update(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  let columns = run.hidden + 1u;
  if (index >= (run.visible + 1u) * columns) {
    return;
  }
  let i = index / columns;
  let j = index % columns;
  let visible = i < run.visible;
  let hidden = j < run.hidden;
  var count = 0;
  for (var word = 0u; word < run.chain_words; word++) {
    var data = 0xffffffffu;
    var model = 0xffffffffu;
    if (visible) {
      data &= data_visible[i * run.chain_words + word];
      model &= model_visible[i * run.chain_words + word];
    }
    if (hidden) {
      data &= data_hidden[j * run.chain_words + word];
      model &= model_hidden[j * run.chain_words + word];
    }
    count += i32(countOneBits(data)) - i32(countOneBits(model));
  }
  if (visible && hidden) {
    let value = changed(weights[i * run.hidden + j], count);
    weights[i * run.hidden + j] = value;
    transposed_weights[j * run.visible + i] = value;
  } else if (visible) {
    visible_biases[i] = changed(visible_biases[i], count);
  } else if (hidden) {
    hidden_biases[j] = changed(hidden_biases[j], count);
  }
}

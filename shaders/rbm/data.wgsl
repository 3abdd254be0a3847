// requires: rbm/machine.wgsl
// The minibatch of a step: images drawn at random, with replacement. One invocation a word of a chain.

@group(0) @binding(2) var<storage, read> images: array<u32>;
@group(0) @binding(3) var<storage, read_write> data: array<u32>;
@group(0) @binding(4) var<storage, read_write> model: array<u32>;

override PURPOSE: u32;

@compute @workgroup_size(WORKGROUP)
fn draw(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= run.chains * run.visible_words) {
    return;
  }
  let chain = index / run.visible_words;
  let random = threefry4x32(vec4u(chain / 4u, step.step, 0u, 0u), vec4u(run.seed, PURPOSE, 0u))[chain % 4u];
  // floor(random * images / 2^32), in halves of 16 bits because there is no wider product.
  let low = (random & 0xffffu) * run.images;
  let image = ((random >> 16u) * run.images + (low >> 16u)) >> 16u;
  let word = images[image * run.visible_words + index % run.visible_words];
  data[index] = word;
  if (run.from_data == 1u) {
    model[index] = word;
  }
}

// requires: common/threefry.wgsl
// The generator by itself: one block for each counter and key, to be compared with known answers and with the CPU.

struct Input {
  counter: vec4u,
  key: vec4u,
}

@group(0) @binding(0) var<storage, read_write> blocks: array<vec4u>;
@group(0) @binding(1) var<storage, read> inputs: array<Input>;

@compute @workgroup_size(64)
fn generate(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&inputs)) {
    blocks[id.x] = threefry4x32(inputs[id.x].counter, inputs[id.x].key);
  }
}

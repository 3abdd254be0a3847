// requires: diffusion/stage.wgsl
// What samples begin with: noise.

override START: f32;
override DIMENSIONS: u32;

@compute @workgroup_size(WORKGROUP)
fn start(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let sample = (id.y * groups.x + id.x) * WORKGROUP + lane;
  if (sample >= run.samples) {
    return;
  }
  for (var block = 0u; block < (DIMENSIONS + 3u) / 4u; block++) {
    let noise = START * noise_of(sample, block, 0u, STEPS);
    for (var i = 0u; i < min(4u, DIMENSIONS - 4u * block); i++) {
      x[(4u * block + i) * run.stride + sample] = noise[i];
    }
  }
}

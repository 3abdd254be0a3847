// requires: reservoir/persistent.wgsl
// requires: reservoir/features.wgsl
// Networks driven by a series; from the step `keep` on their features are kept.

@compute @workgroup_size(WORKGROUP)
fn drive(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let bundle_index = id.x + id.y * groups.x;
  if (bundle_index >= arrayLength(&bundles)) {
    return;
  }
  let bundle = bundles[bundle_index];
  load_settings(bundle_index);
  load_states(bundle_index, lane);
  stage(bundle, lane, step.first, half, run.inputs);
  workgroupBarrier();
  for (var time = step.first; time < step.first + step.count; time++) {
    let keeps = time >= step.keep;
    let slot = time - step.keep;
    for (var layer = 0u; layer < run.layers; layer++) {
      for (var unit = layer * run.units + lane; unit < (layer + 1u) * run.units; unit += WORKGROUP) {
        let next = advance_unit(bundle, layer, unit, time);
        for (var block = 0u; block < BLOCKS; block++) {
          state[((1u - half) * UNITS + unit) * BLOCKS + block] = next[block];
          if (keeps) {
            keep_feature(bundle, block, slot, unit, next[block] * run.state_scale);
          }
        }
      }
      if (layer + 1u < run.layers) {
        workgroupBarrier(); // the next layer reads this one
      }
    }
    if (keeps) {
      keep_others(bundle, lane, time);
    }
    stage(bundle, lane, time + 1u, 1u - half, run.inputs);
    workgroupBarrier();
    half = 1u - half;
  }
  store_states(bundle_index, lane);
}

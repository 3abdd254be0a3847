// requires: reservoir/stepwise.wgsl
// requires: reservoir/features.wgsl
// One step of a layer of large networks; and the signals of the next step, from the series.

@compute @workgroup_size(WORKGROUP)
fn advance(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  begin(id.y, step.first);
  let unit = step.layer * run.units + id.x * WORKGROUP + lane;
  if (unit >= (step.layer + 1u) * run.units) {
    return;
  }
  let next = advance_unit(own_bundle, step.layer, unit, step.first);
  for (var block = 0u; block < BLOCKS; block++) {
    states[state_at(1u - half, unit, block)] = next[block];
    if (step.first >= step.keep) {
      keep_feature(own_bundle, block, step.first - step.keep, unit, next[block] * run.state_scale);
    }
  }
}

/// Before the first step with step.layer = 1: then only the signals of the step are made.
@compute @workgroup_size(WORKGROUP)
fn next_signal(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  begin(id.y, step.first);
  if (step.layer == 1u) {
    stage(lane, step.first, half, run.columns);
    return;
  }
  if (step.first >= step.keep) {
    keep_others(own_bundle, lane, step.first);
  }
  stage(lane, step.first + 1u, 1u - half, run.columns);
}

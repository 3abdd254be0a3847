// How often each count occurs, at each grid time, for each species: bins of 2^shift counts.

struct Shape {
  slots: u32,
  rows: u32,
  bins: u32,
  shift: u32,
}

@group(0) @binding(0) var<storage, read> snapshots: array<u32>;
@group(0) @binding(1) var<storage, read_write> histogram: array<atomic<u32>>;
@group(0) @binding(2) var<uniform> shape: Shape;

override WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn count(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= shape.slots * shape.rows) {
    return;
  }
  let bin = min(snapshots[index] >> shape.shift, shape.bins - 1u);
  atomicAdd(&histogram[(index / shape.slots) * shape.bins + bin], 1u);
}

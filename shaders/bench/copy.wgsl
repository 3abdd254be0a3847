// Copy bandwidth: each thread moves 16 bytes, neighbours next to each other.

override WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<storage, read_write> destination: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> origin: array<vec4u>;

fn place(id: vec3u, groups: vec3u) -> u32 {
  return id.x + id.y * groups.x * WORKGROUP;
}

/// Words that are all different, so that no memory can compress them.
@compute @workgroup_size(WORKGROUP)
fn fill(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = place(id, groups);
  if (at < arrayLength(&origin)) {
    origin[at] = (vec4u(4u * at) + vec4u(0u, 1u, 2u, 3u)) * 0x9E3779B1u;
    destination[at] = vec4u();
  }
}

@compute @workgroup_size(WORKGROUP)
fn copy(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = place(id, groups);
  if (at < arrayLength(&origin)) {
    destination[at] = origin[at];
  }
}

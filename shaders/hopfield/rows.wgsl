// requires: hopfield/network.wgsl
// The patterns once more with patterns side by side: for each word of 32 sites one word a pattern.

@group(0) @binding(1) var<storage, read_write> rows: array<u32>;
@group(0) @binding(2) var<storage, read> columns: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn make_rows(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  let patterns = 32u * run.words;
  if (index >= select(1u, run.replicas, run.own_patterns == 1u) * run.spin_words * patterns) {
    return;
  }
  let pattern = index % patterns;
  let word = (index / patterns) % run.spin_words;
  let replica = index / (patterns * run.spin_words);
  var bits = 0u;
  for (var i = 0u; i < 32u && 32u * word + i < run.sites; i++) {
    bits |= ((columns[column(replica, pattern / 32u, 32u * word + i)] >> (pattern % 32u)) & 1u) << i;
  }
  rows[index] = bits;
}

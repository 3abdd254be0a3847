// requires: hopfield/network.wgsl
// The overlap of the state with every pattern, M = sum of pattern times spin: one workgroup for the 32 patterns of a word.

@group(0) @binding(1) var<storage, read_write> overlaps: array<i32>;
@group(0) @binding(2) var<storage, read> spins: array<u32>;
@group(0) @binding(3) var<storage, read> columns: array<u32>;
@group(0) @binding(4) var<storage, read> replicas: array<Replica>;

override GROUPS: u32 = WORKGROUP / 32u;

var<workgroup> partial: array<i32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn sum_overlaps(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = id.x + id.y * groups.x;
  let replica = min(index / run.words, run.replicas - 1u);
  let word = index % run.words;
  let bit = lane % 32u;
  var sum = 0;
  for (var site = lane / 32u; site < run.sites; site += GROUPS) {
    let pattern = columns[column(replica, word, site)] >> bit;
    let spin = spins[replica * run.spin_words + site / 32u] >> (site % 32u);
    sum += 1 - 2 * i32((pattern ^ spin) & 1u);
  }
  partial[lane] = sum;
  workgroupBarrier();
  if (lane < 32u && index < run.replicas * run.words) {
    for (var group = 1u; group < GROUPS; group++) {
      sum += partial[32u * group + lane];
    }
    // Patterns beyond the replica's own count nothing.
    let known = 32u * word + lane < replicas[replica].patterns;
    for (var copy = 0u; copy < run.stride; copy += 32u * run.words) {
      overlaps[replica * run.stride + copy + 32u * word + lane] = select(0, sum, known);
    }
  }
}

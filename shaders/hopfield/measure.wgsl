// requires: hopfield/network.wgsl
// requires: common/wide.wgsl
// What is known of a replica's state: the sum of its squared overlaps or of another function of them (64 bits), its spins up, the overlap with the cue's pattern, and
// the largest overlap of either sign with its pattern. One workgroup a replica.

@group(0) @binding(1) var<storage, read_write> sums: array<u32>;
@group(0) @binding(2) var<storage, read> spins: array<u32>;
@group(0) @binding(3) var<storage, read> overlaps: array<i32>;
@group(0) @binding(4) var<uniform> step: Step;
@group(0) @binding(5) var<storage, read> replicas: array<Replica>;
/// The function of the overlaps, where it is not the square.
@group(0) @binding(6) var<storage, read> energy_table: array<vec2u>;

/// What the first sum is of: 0 squares, 1 another function of the overlaps, 2 what pairs of spins gave already, 32 sites each.
override SUM: u32;

struct Step {
  /// Which measurement of a submission this is.
  slot: u32,
}

struct Part {
  energy_sum: vec2u,
  up: u32,
  /// Of either sign, and its pattern.
  largest: u32,
  pattern: u32,
  top: i32,
}

var<workgroup> parts: array<Part, WORKGROUP>;
var<workgroup> tops: array<i32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn measure(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let replica = min(id.x + id.y * groups.x, run.replicas - 1u);
  var part = Part();
  part.top = -i32(run.sites);
  for (var i = lane; i < replicas[replica].patterns; i += WORKGROUP) {
    part.top = max(part.top, overlaps[replica * run.stride + i]);
  }
  tops[lane] = part.top;
  workgroupBarrier();
  for (var i = 0u; i < WORKGROUP; i++) {
    part.top = max(part.top, tops[i]);
  }
  for (var i = lane; i < replicas[replica].patterns; i += WORKGROUP) {
    let value = overlaps[replica * run.stride + i];
    let overlap = u32(abs(value));
    if (SUM == 1u) {
      part.energy_sum = add(part.energy_sum, energy_table[select(value + i32(run.sites), part.top + 1 - value, run.relative == 1u)]);
    } else if (SUM == 0u) {
      part.energy_sum = add(part.energy_sum, vec2u(overlap * overlap, 0u)); // below 2^32, for N is
    }
    if (overlap > part.largest) {
      part.largest = overlap;
      part.pattern = i;
    }
  }
  for (var i = lane; i < run.spin_words; i += WORKGROUP) {
    part.up += countOneBits(spins[replica * run.spin_words + i]);
    if (SUM == 2u) {
      part.energy_sum = add(part.energy_sum, energy_table[replica * run.spin_words + i]);
    }
  }
  parts[lane] = part;
  workgroupBarrier();
  if (lane == 0u && id.x + id.y * groups.x < run.replicas) {
    for (var i = 1u; i < WORKGROUP; i++) {
      let other = parts[i];
      part.energy_sum = add(part.energy_sum, other.energy_sum);
      part.up += other.up;
      let earlier = other.largest == part.largest && other.pattern < part.pattern;
      if (other.largest > part.largest || earlier) {
        part.largest = other.largest;
        part.pattern = other.pattern;
      }
    }
    let at = 7u * (step.slot * run.replicas + replica);
    sums[at] = part.energy_sum.x;
    sums[at + 1u] = part.energy_sum.y;
    sums[at + 2u] = part.up;
    sums[at + 3u] = bitcast<u32>(overlaps[replica * run.stride + run.cue]);
    sums[at + 4u] = part.largest;
    sums[at + 5u] = part.pattern;
    sums[at + 6u] = bitcast<u32>(part.top);
  }
}

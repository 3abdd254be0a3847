// requires: hopfield/network.wgsl
// What is known of a replica's state: the sum of its squared overlaps (64 bits), its spins up, the overlap with the cue's pattern, and
// the largest overlap of either sign with its pattern. One workgroup a replica.

@group(0) @binding(1) var<storage, read_write> sums: array<u32>;
@group(0) @binding(2) var<storage, read> spins: array<u32>;
@group(0) @binding(3) var<storage, read> overlaps: array<i32>;
@group(0) @binding(4) var<uniform> slot: Slot;

struct Slot {
  sweep: u32,
  /// Which measurement of a submission this is.
  index: u32,
}


/// Low and high word of a sum of squares, spins up, largest overlap, its pattern.
struct Part {
  low: u32,
  high: u32,
  up: u32,
  largest: u32,
  pattern: u32,
}

var<workgroup> parts: array<Part, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn measure(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let replica = min(id.x + id.y * groups.x, run.replicas - 1u);
  var part = Part();
  for (var i = lane; i < run.overlaps; i += WORKGROUP) {
    let overlap = u32(abs(overlaps[replica * run.stride + i]));
    let square = overlap * overlap; // below 2^32, for N is
    part.low += square;
    part.high += select(0u, 1u, part.low < square);
    if (overlap > part.largest) {
      part.largest = overlap;
      part.pattern = i;
    }
  }
  for (var i = lane; i < run.spin_words; i += WORKGROUP) {
    part.up += countOneBits(spins[replica * run.spin_words + i]);
  }
  parts[lane] = part;
  workgroupBarrier();
  if (lane == 0u && id.x + id.y * groups.x < run.replicas) {
    for (var i = 1u; i < WORKGROUP; i++) {
      let other = parts[i];
      part.low += other.low;
      part.high += other.high + select(0u, 1u, part.low < other.low);
      part.up += other.up;
      let earlier = other.largest == part.largest && other.pattern < part.pattern;
      if (other.largest > part.largest || earlier) {
        part.largest = other.largest;
        part.pattern = other.pattern;
      }
    }
    let at = 6u * (slot.index * run.replicas + replica);
    sums[at] = part.low;
    sums[at + 1u] = part.high;
    sums[at + 2u] = part.up;
    sums[at + 3u] = bitcast<u32>(overlaps[replica * run.stride + run.cue]);
    sums[at + 4u] = part.largest;
    sums[at + 5u] = part.pattern;
  }
}

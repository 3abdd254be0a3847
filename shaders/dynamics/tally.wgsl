// requires: common/wide.wgsl
// Sums of samples and of their squares over all trajectories, exact and so the same in any order: integers, a number of 64 bits for every
// 16 powers of two (after Demmel and Nguyen 2013, doi 10.1109/ARITH.2013.9, with bins wide enough for all of it). What is summed are distances
// from a centre that is the same for all batches, for a variance would be lost in squares of large numbers. What is no number is left out.

struct Shape {
  /// Trajectories of each point, and of all; points.
  count: u32,
  slots: u32,
  points: u32,
  /// The first row and point of this dispatch, and how many there are.
  first: u32,
  groups: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
/// [row][slot]
@group(0) @binding(1) var<storage, read> samples: array<f32>;
/// [row][point]
@group(0) @binding(2) var<storage, read_write> centres: array<f32>;
/// [row][point] from the first of this dispatch on: how many numbers; then bins of their sum and of that of their squares.
@group(0) @binding(3) var<storage, read_write> sums: array<u32>;

override WORKGROUP: u32;

const SUM_BINS = 16u;
const SQUARE_BINS = 32u;
const WORDS = 1u + 2u * (SUM_BINS + SQUARE_BINS);

/// Of each row and point the number of the first trajectory, or 0 where that is none.
@compute @workgroup_size(WORKGROUP)
fn centre(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let cell = id.x + id.y * groups.x * WORKGROUP;
  if (cell >= shape.groups) {
    return;
  }
  let row = cell / shape.points;
  let bits = bitcast<u32>(samples[row * shape.slots + (cell - row * shape.points) * shape.count]);
  centres[cell] = bitcast<f32>(select(bits, 0u, (bits & 0x7fffffffu) >= 0x7f800000u));
}

var<workgroup> bins: array<atomic<u32>, WORDS>;

/// 64 bits into a bin of the workgroup.
fn deposit(bin: u32, amount: vec2u) {
  let old = atomicAdd(&bins[1u + 2u * bin], amount.x);
  atomicAdd(&bins[2u + 2u * bin], amount.y + select(0u, 1u, old + amount.x < old));
}

/// A mantissa of 24 bits times a power of two, within its bin.
fn placed(mantissa: u32, power: u32) -> vec2u {
  let shift = power & 15u;
  return vec2u(mantissa << shift, select(0u, mantissa >> (32u - shift), shift > 0u));
}

/// What an invocation has summed in the bin that it met last; most numbers of a row are of about one size.
struct Held {
  bin: u32,
  amount: vec2u,
}

fn put(held: Held, bin: u32, amount: vec2u) -> Held {
  if (held.bin == bin) {
    return Held(bin, add(held.amount, amount));
  }
  if (any(held.amount != vec2u(0u))) {
    deposit(held.bin, held.amount);
  }
  return Held(bin, amount);
}

@compute @workgroup_size(WORKGROUP)
fn tally(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var i = lane; i < WORDS; i += WORKGROUP) {
    atomicStore(&bins[i], 0u);
  }
  workgroupBarrier();
  let group = id.x + id.y * groups.x;
  let cell = shape.first + group;
  let row = cell / shape.points;
  let base = row * shape.slots + (cell - row * shape.points) * shape.count;
  var sum = Held(0u, vec2u(0u));
  var squares = Held(SUM_BINS, vec2u(0u));
  var numbers = 0u;
  if (group < shape.groups) {
    for (var i = lane; i < shape.count; i += WORKGROUP) {
      let x = samples[base + i];
      if ((bitcast<u32>(x) & 0x7fffffffu) >= 0x7f800000u) {
        continue;
      }
      numbers++;
      let bits = bitcast<u32>(x - centres[cell]);
      let power = (bits >> 23u) & 0xffu;
      if (power == 0u) {
        continue;
      }
      let mantissa = (bits & 0x007fffffu) | 0x00800000u;
      var amount = placed(mantissa, power);
      if (bits >> 31u == 1u) {
        amount = negative(amount);
      }
      sum = put(sum, power >> 4u, amount);
      // The square of the factor from 1 to 2 is from 1 to 4; its power of two is twice that of the number, and one more.
      let factor = f32(mantissa) * 0x1p-23;
      let square = bitcast<u32>(factor * factor);
      let power2 = 2u * power + (square >> 23u) - 127u;
      squares = put(squares, SUM_BINS + (power2 >> 4u), placed((square & 0x007fffffu) | 0x00800000u, power2));
    }
    atomicAdd(&bins[0], numbers);
    if (any(sum.amount != vec2u(0u))) {
      deposit(sum.bin, sum.amount);
    }
    if (any(squares.amount != vec2u(0u))) {
      deposit(squares.bin, squares.amount);
    }
  }
  workgroupBarrier();
  if (group < shape.groups) {
    for (var i = lane; i < WORDS; i += WORKGROUP) {
      sums[group * WORDS + i] = atomicLoad(&bins[i]);
    }
  }
}

// How many trajectories have a value in each bin of a histogram, at each measured time: one invocation a value, whose bin is found by comparing it
// with the edges. Numbers are compared by their bits, as integers of the same order, which no device rounds or flushes.

struct Shape {
  /// Trajectories of each point, and of all; points; variables and outputs.
  count: u32,
  slots: u32,
  points: u32,
  quantities: u32,
  /// Histograms, and cells of all of them.
  histograms: u32,
  cells: u32,
  /// The first time of this dispatch, and how many there are.
  first: u32,
  rows: u32,
}

struct Histogram {
  quantity: u32,
  /// Where its edges begin, and its cells.
  edges: u32,
  cells: u32,
  bins: u32,
}

@group(0) @binding(0) var<uniform> shape: Shape;
/// [row][quantity][slot], the bits of numbers.
@group(0) @binding(1) var<storage, read> samples: array<u32>;
@group(0) @binding(2) var<storage, read> histograms: array<Histogram>;
/// Of all histograms, as integers of the same order.
@group(0) @binding(3) var<storage, read> edges: array<u32>;
/// [row from the first][point][cell]: of each histogram what is below it, its bins, and what is above.
@group(0) @binding(4) var<storage, read_write> counts: array<atomic<u32>>;

override WORKGROUP: u32;

/// Integers in the order of the numbers; both zeros are one.
fn ordered(bits: u32) -> u32 {
  if (bits >> 31u == 1u) {
    return 0x80000000u - (bits & 0x7fffffffu);
  }
  return 0x80000000u + bits;
}

@compute @workgroup_size(WORKGROUP)
fn count(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= shape.rows * shape.histograms * shape.slots) {
    return;
  }
  let slot = index % shape.slots;
  let rest = index / shape.slots;
  let own = histograms[rest % shape.histograms];
  let row = rest / shape.histograms;
  let bits = samples[((shape.first + row) * shape.quantities + own.quantity) * shape.slots + slot];
  // What is no number is left out, as in the sums.
  if ((bits & 0x7fffffffu) >= 0x7f800000u) {
    return;
  }
  let key = ordered(bits);
  // Edges that are not above it.
  var passed = 0u;
  var end = own.bins + 1u;
  while (passed < end) {
    let middle = (passed + end) / 2u;
    if (edges[own.edges + middle] <= key) {
      passed = middle + 1u;
    } else {
      end = middle;
    }
  }
  if (edges[own.edges + own.bins] == key) {
    passed = own.bins;
  }
  atomicAdd(&counts[(row * shape.points + slot / shape.count) * shape.cells + own.cells + passed], 1u);
}

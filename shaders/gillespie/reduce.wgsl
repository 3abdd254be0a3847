// requires: common/product.wgsl
// Sums over the trajectories of a point, in integers: of one species and of products of two, so that mean, variance and
// covariance follow exactly and in any order. One workgroup a (point, grid time, pair of species).

struct Shape {
  slots: u32,
  replicates: u32,
  species: u32,
  grid_points: u32,
  pairs: u32,
  items: u32,
}

@group(0) @binding(0) var<storage, read> snapshots: array<u32>;
@group(0) @binding(1) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> sums: array<u32>;
@group(0) @binding(3) var<uniform> shape: Shape;

override WORKGROUP: u32 = 64u;

/// 64 bits of a sum, 96 bits of a sum of products, the largest value.
struct Sum {
  first: vec2u,
  second: vec3u,
  largest: u32,
}

var<workgroup> partial: array<Sum, WORKGROUP>;

fn add(a: Sum, b: Sum) -> Sum {
  var c: Sum;
  c.first.x = a.first.x + b.first.x;
  c.first.y = a.first.y + b.first.y + select(0u, 1u, c.first.x < b.first.x);
  c.second.x = a.second.x + b.second.x;
  let carry = select(0u, 1u, c.second.x < b.second.x);
  let middle = a.second.y + b.second.y;
  c.second.y = middle + carry;
  c.second.z = a.second.z + b.second.z + select(0u, 1u, middle < b.second.y) + select(0u, 1u, c.second.y < carry);
  c.largest = max(a.largest, b.largest);
  return c;
}

@compute @workgroup_size(WORKGROUP)
fn reduce(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let item = group.x + group.y * groups.x;
  let pair = pairs[item % shape.pairs];
  let grid = (item / shape.pairs) % shape.grid_points;
  let point = item / (shape.pairs * shape.grid_points);
  var own = Sum();
  if (item < shape.items) {
    let first = point * shape.replicates;
    let row = grid * shape.species;
    for (var i = lane; i < shape.replicates; i += WORKGROUP) {
      let x = snapshots[(row + pair.x) * shape.slots + first + i];
      let y = snapshots[(row + pair.y) * shape.slots + first + i];
      own = add(own, Sum(vec2u(x, 0u), vec3u(product(x, y), 0u), x));
    }
  }
  partial[lane] = own;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      partial[lane] = add(partial[lane], partial[lane + half]);
    }
  }
  if (lane == 0u && item < shape.items) {
    let total = partial[0];
    let at = 6u * item;
    sums[at] = total.first.x;
    sums[at + 1u] = total.first.y;
    sums[at + 2u] = total.second.x;
    sums[at + 3u] = total.second.y;
    sums[at + 4u] = total.second.z;
    sums[at + 5u] = total.largest;
  }
}

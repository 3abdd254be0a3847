// requires: ising/lattice.wgsl
// The integer sums behind every observable, per replica: spins up, unequal horizontal bonds, unequal vertical bonds, and
// spins of colour 0 that are up.
//
// Every bond within the lattice joins the two colours, so the sites of colour 0 (plane `own`) see each exactly once. Bonds
// with fixed spins beyond an edge are seen from both colours. Integer sums do not depend on the order of threads; a carry
// into the high word keeps them exact beyond 2^32.

struct Step {
  /// Which of the measurements of this submission this is.
  slot: u32,
}

@group(0) @binding(2) var<storage, read_write> sums: array<atomic<u32>>;
@group(0) @binding(3) var<uniform> step: Step;

/// Tiles that one thread adds up before the workgroup does.
const TILES_PER_THREAD = 8u;
override GROUPS: u32 = (TILES + WORKGROUP * TILES_PER_THREAD - 1u) / (WORKGROUP * TILES_PER_THREAD);

var<workgroup> partial: array<vec4u, WORKGROUP>;

fn add_wide(at: u32, value: u32) {
  let before = atomicAdd(&sums[at], value);
  if (before + value < before) {
    atomicAdd(&sums[at + 1u], 1u);
  }
}

fn count(bits: vec4u) -> u32 {
  let n = countOneBits(bits);
  return n.x + n.y + n.z + n.w;
}

/// The bonds of colour 1 with fixed spins beyond the edges of an axis that are unequal.
fn unequal_beyond(boundary: u32, spins: vec4u, before: vec4u, after: vec4u) -> u32 {
  if (boundary < FIXED_UP) {
    return 0u;
  }
  let first = across_edge(boundary, vec4u(0u), before, vec4u(0u));
  let last = across_edge(boundary, vec4u(0u), vec4u(0u), after);
  return count((first ^ spins) & before) + count((last ^ spins) & after);
}

@compute @workgroup_size(WORKGROUP)
fn measure(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = id.x + id.y * groups.x;
  let replica = group / GROUPS;
  let first = (group - replica * GROUPS) * WORKGROUP * TILES_PER_THREAD;
  var total = vec4u(0u);
  if (replica < REPLICAS) {
    for (var i = 0u; i < TILES_PER_THREAD; i++) {
      let index = first + i * WORKGROUP + lane;
      if (index < TILES) {
        let tile = tile_at(index, replica);
        let spins = own[tile_index(tile)];
        let near = neighbours(tile, 0u);
        let sites = valid_sites(tile);
        let up = count(spins);
        total.x += up + count(near.same_row);
        total.w += up;
        // Free edges have no bond to count.
        var side_bonds = sites;
        var bonds_above = sites;
        var bonds_below = sites;
        if (BOUNDARY_X != PERIODIC || BOUNDARY_Y != PERIODIC) {
          let own_edges = edges_of(tile, 0u);
          if (BOUNDARY_X == FREE) {
            side_bonds &= ~(own_edges.left | own_edges.right);
          }
          if (BOUNDARY_Y == FREE) {
            bonds_above &= ~own_edges.top;
            bonds_below &= ~own_edges.bottom;
          }
          let others = edges_of(tile, 1u);
          total.y += unequal_beyond(BOUNDARY_X, near.same_row, others.left, others.right);
          total.z += unequal_beyond(BOUNDARY_Y, near.same_row, others.top, others.bottom);
        }
        total.y += count((near.same_row ^ spins) & sites) + count((near.side ^ spins) & side_bonds);
        total.z += count((near.above ^ spins) & bonds_above) + count((near.below ^ spins) & bonds_below);
      }
    }
  }
  partial[lane] = total;
  workgroupBarrier();
  for (var stride = WORKGROUP / 2u; stride > 0u; stride /= 2u) {
    if (lane < stride) {
      partial[lane] += partial[lane + stride];
    }
    workgroupBarrier();
  }
  if (lane == 0u && replica < REPLICAS) {
    let at = (step.slot * REPLICAS + replica) * 8u;
    for (var i = 0u; i < 4u; i++) {
      add_wide(at + 2u * i, partial[0][i]);
    }
  }
}

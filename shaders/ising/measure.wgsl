// requires: ising/lattice.wgsl
// The integer sums behind every observable: spins up, unequal horizontal bonds, unequal vertical bonds, per replica.
//
// Every bond joins the two colours, so the sites of colour 0 (plane `own`) see each bond exactly once. Integer sums do
// not depend on the order of threads; a carry into the high word keeps them exact beyond 2^32.

struct Slot {
  /// Which of the measurements of this submission this is.
  index: u32,
}

@group(0) @binding(2) var<storage, read_write> sums: array<atomic<u32>>;
@group(0) @binding(3) var<uniform> slot: Slot;

/// Tiles that one thread adds up before the workgroup does.
const TILES_PER_THREAD = 8u;
override GROUPS: u32 = (TILES + WORKGROUP * TILES_PER_THREAD - 1u) / (WORKGROUP * TILES_PER_THREAD);

var<workgroup> partial: array<vec3u, WORKGROUP>;

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

@compute @workgroup_size(WORKGROUP)
fn measure(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = id.x + id.y * groups.x;
  let replica = group / GROUPS;
  let first = (group - replica * GROUPS) * WORKGROUP * TILES_PER_THREAD;
  var total = vec3u(0u);
  if (replica < REPLICAS) {
    for (var i = 0u; i < TILES_PER_THREAD; i++) {
      let index = first + i * WORKGROUP + lane;
      if (index < TILES) {
        let tile = tile_at(index, replica);
        let spins = own[tile_index(tile)];
        let near = neighbours(tile, 0u);
        let sites = valid_sites(tile);
        total.x += count(spins) + count(near.same_row);
        total.y += count((near.same_row ^ spins) & sites) + count((near.side ^ spins) & sites);
        total.z += count((near.above ^ spins) & sites) + count((near.below ^ spins) & sites);
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
    let at = (slot.index * REPLICAS + replica) * 6u;
    add_wide(at, partial[0].x);
    add_wide(at + 2u, partial[0].y);
    add_wide(at + 4u, partial[0].z);
  }
}

// requires: hopfield/update.wgsl
// One sweep in random order, SITES updates of sites drawn with replacement, one workgroup a replica.
//
// It is a chain, each update sees those before it. WORKGROUP updates are prepared at once, a lane each: their fields from the overlaps
// as they are; then the first of them that flips does so, the overlaps and the fields of those behind it follow, and so on.

var<workgroup> sites: array<u32, WORKGROUP>;
var<workgroup> flipped: i32;

/// Sum over patterns of pattern times overlap: twice the sum where the pattern is +1, less the sum of all.
fn pull(site: u32) -> i32 {
  var up = 0;
  var all = 0;
  for (var word = 0u; word < run.words; word++) {
    let bits = i32(columns[column(replica, word, site)]);
    let at = replica_overlaps() + 32u * word;
    for (var i = 0u; i < 32u; i++) {
      let overlap = overlaps[at + i]; // the same for all lanes
      all += overlap;
      up += overlap & ((bits << (31u - i)) >> 31u);
    }
  }
  return 2 * up - all;
}

/// The overlaps after the spin of a site has become `spin`.
fn follow(site: u32, spin: i32) {
  for (var pattern = lane; pattern < own.patterns; pattern += WORKGROUP) {
    let up = ((columns[column(replica, pattern / 32u, site)] >> (pattern % 32u)) & 1u) == 1u;
    overlaps[replica_overlaps() + pattern] += select(-2, 2, up) * spin;
  }
}

fn flip(site: u32) {
  spins[replica * run.spin_words + site / 32u] ^= 1u << (site % 32u);
}

@compute @workgroup_size(WORKGROUP)
fn sweep_random(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let updates = select(0u, run.sites, begin(id, groups, index));

  for (var start = 0u; start < updates; start += WORKGROUP) {
    let due = start + lane < run.sites;
    let draw = min(start + lane, run.sites - 1u);
    let random = threefry4x32(vec4u(draw / 4u, step.sweep, 0u, 0u), key)[draw % 4u];
    let site = scaled(threefry4x32(vec4u(draw / 4u, step.sweep, 1u, 0u), key)[draw % 4u]);
    sites[lane] = site;
    var spin = spin_at(site);
    var field = pull(site) - i32(own.patterns) * spin + own.field;
    atomicStore(&first, WORKGROUP);
    workgroupBarrier();

    var behind = 0u; // the updates before this one have been made
    loop {
      if (due && lane >= behind && aligned(field, spin, random) != spin) {
        atomicMin(&first, lane);
      }
      workgroupBarrier();
      if (lane == 0u) {
        chosen = atomicLoad(&first);
      }
      let update = workgroupUniformLoad(&chosen);
      if (update == WORKGROUP) {
        break;
      }
      let other = sites[update];
      if (lane == update) {
        flipped = -spin;
        flip(other);
        atomicStore(&first, WORKGROUP);
      }
      workgroupBarrier();
      follow(other, flipped);
      if (site == other) {
        spin = flipped; // its own part of the field goes with it
      } else if (lane > update) {
        field += 2 * flipped * (i32(own.patterns) - 2 * differences(site, other));
      }
      behind = update + 1u;
      storageBarrier();
      workgroupBarrier();
    }
  }
}

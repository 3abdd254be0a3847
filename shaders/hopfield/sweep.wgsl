// requires: hopfield/update.wgsl
// One sweep over the sites in their order, or all at once, one workgroup a replica; 32 sites, a word of spins, at a time. A lane has
// patterns: it adds its overlaps up for 32 sites from one word of each pattern.
//
// In their order they are a chain: the first of the 32 that flips does so, the fields of those behind it follow, and so on. Where flips
// are rare that costs no more than the fields. The overlaps follow at the end, for what the 32 spins were and have become is enough.

/// The same bits as in the columns with patterns side by side: for each word of 32 sites, 32 a word patterns.
@group(0) @binding(7) var<storage, read> rows: array<u32>;

/// Sums of each lane, for 32 sites and over all its patterns: [sum][lane].
var<workgroup> partial: array<i32, 33u * WORKGROUP>;
/// Sites that flip, and their spins before and after.
var<workgroup> before: u32;
var<workgroup> after: atomic<u32>;

fn row(word: u32, pattern: u32) -> u32 {
  return rows[(replica * run.own_patterns * run.spin_words + word) * run.overlaps + pattern];
}

/// Pattern times overlap over this lane's patterns: where the pattern is +1, and all. Named sums stay in registers.
fn add_up(word: u32) {
  var up0 = vec4i();
  var up1 = vec4i();
  var up2 = vec4i();
  var up3 = vec4i();
  var up4 = vec4i();
  var up5 = vec4i();
  var up6 = vec4i();
  var up7 = vec4i();
  var all = 0;
  for (var pattern = lane; pattern < own.patterns; pattern += WORKGROUP) {
    let overlap = overlaps[replica_overlaps() + pattern];
    let value = vec4i(overlap);
    let bits = vec4i(bitcast<i32>(row(word, pattern)));
    all += overlap;
    up0 += value & ((bits << vec4u(31u, 30u, 29u, 28u)) >> vec4u(31u));
    up1 += value & ((bits << vec4u(27u, 26u, 25u, 24u)) >> vec4u(31u));
    up2 += value & ((bits << vec4u(23u, 22u, 21u, 20u)) >> vec4u(31u));
    up3 += value & ((bits << vec4u(19u, 18u, 17u, 16u)) >> vec4u(31u));
    up4 += value & ((bits << vec4u(15u, 14u, 13u, 12u)) >> vec4u(31u));
    up5 += value & ((bits << vec4u(11u, 10u, 9u, 8u)) >> vec4u(31u));
    up6 += value & ((bits << vec4u(7u, 6u, 5u, 4u)) >> vec4u(31u));
    up7 += value & ((bits << vec4u(3u, 2u, 1u, 0u)) >> vec4u(31u));
  }
  keep(0u, up0);
  keep(4u, up1);
  keep(8u, up2);
  keep(12u, up3);
  keep(16u, up4);
  keep(20u, up5);
  keep(24u, up6);
  keep(28u, up7);
  partial[32u * WORKGROUP + lane] = all;
}

fn keep(site: u32, sums: vec4i) {
  for (var i = 0u; i < 4u; i++) {
    partial[(site + i) * WORKGROUP + lane] = sums[i];
  }
}

/// Twice the sum where the pattern is +1, less the sum of all: pattern times overlap for site `lane` of the word.
fn pull() -> i32 {
  var sum = 0;
  for (var other = 0u; other < WORKGROUP; other++) {
    sum += 2 * partial[lane * WORKGROUP + other] - partial[32u * WORKGROUP + other];
  }
  return sum;
}

@compute @workgroup_size(WORKGROUP)
fn sweep(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let words = select(0u, run.spin_words, begin(id, groups, index));
  let next_overlaps = replica_overlaps() + select(0u, run.overlaps, SYNCHRONOUS);

  for (var word = 0u; word < words; word++) {
    let site = min(32u * word + lane, run.sites - 1u);
    let due = lane < 32u && 32u * word + lane < run.sites;
    add_up(word);
    if (lane == 0u) {
      before = spins[replica * run.spin_words + word];
      atomicStore(&after, before);
      atomicStore(&first, 32u);
    }
    workgroupBarrier();
    var field = 0;
    var spin = 1;
    var random = 0u;
    if (due) {
      random = threefry4x32(vec4u(site / 4u, step.sweep, 0u, 0u), key)[site % 4u];
      spin = select(-1, 1, ((before >> lane) & 1u) == 1u);
      field = pull() - i32(own.patterns) * spin + own.field;
    }

    if (SYNCHRONOUS) {
      if (due && aligned(field, spin, random) != spin) {
        atomicXor(&after, 1u << lane);
      }
    } else {
      var behind = 0u; // the sites before this one have been offered their fields
      loop {
        if (due && lane >= behind && aligned(field, spin, random) != spin) {
          atomicMin(&first, lane);
        }
        workgroupBarrier();
        if (lane == 0u) {
          chosen = atomicLoad(&first);
        }
        let other = workgroupUniformLoad(&chosen);
        if (other == 32u) {
          break;
        }
        if (lane == other) {
          atomicXor(&after, 1u << lane);
          atomicStore(&first, 32u);
        }
        if (due && lane > other) {
          let flipped = select(1, -1, ((before >> other) & 1u) == 1u);
          field += 2 * flipped * (i32(own.patterns) - 2 * differences(site, 32u * word + other));
        }
        behind = other + 1u;
        workgroupBarrier();
      }
    }
    workgroupBarrier();

    let now = atomicLoad(&after);
    if (now != before) {
      for (var pattern = lane; pattern < own.patterns; pattern += WORKGROUP) {
        let bits = row(word, pattern);
        // Each site that agrees with the pattern adds 1, each other takes 1 away.
        overlaps[next_overlaps + pattern] += 2 * (i32(countOneBits(bits ^ before)) - i32(countOneBits(bits ^ now)));
      }
      if (lane == 0u) {
        spins[replica * run.spin_words + word] = now;
      }
    }
    storageBarrier();
    workgroupBarrier();
  }

  if (SYNCHRONOUS) {
    for (var pattern = lane; pattern < run.overlaps && words > 0u; pattern += WORKGROUP) {
      overlaps[replica_overlaps() + pattern] = overlaps[next_overlaps + pattern];
    }
  }
}

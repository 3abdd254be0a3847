// requires: hopfield/update.wgsl
// One sweep over the sites in their order by one subgroup of eight a replica, 32 sites, a word of spins, at a time. A lane has four sites that
// lie side by side, and all patterns; of each eight patterns it loads one overlap, which all get by a broadcast. No lane waits at a barrier,
// which a processor that plays a GPU pays for dearly. Bit for bit what sweep.wgsl does.

/// The same bits as in the columns with patterns side by side: for each word of 32 sites, 32 a word patterns.
@group(0) @binding(7) var<storage, read> rows: array<u32>;

/// A lane's four sites; those past the last repeat it.
var<private> sites: vec4u;

/// One word of patterns at these sites.
fn columns_at(word: u32) -> vec4u {
  let at = column(replica, word, 0u);
  return vec4u(columns[at + sites.x], columns[at + sites.y], columns[at + sites.z], columns[at + sites.w]);
}

/// An overlap where the pattern of this bit is +1.
fn up(bits: vec4u, bit: u32, overlap: i32) -> vec4i {
  return select(vec4i(), vec4i(overlap), (bits & vec4u(bit)) != vec4u());
}

/// Pattern times overlap over all patterns: twice the sum where the pattern is +1, less the sum of all.
fn forces() -> vec4i {
  var sum = vec4i();
  var all = 0;
  for (var word = 0u; 32u * word < own.patterns; word++) {
    let pattern_bits = columns_at(word);
    for (var first = 0u; first < 32u; first += 8u) {
      let pattern = 32u * word + first + lane;
      let overlap = select(0, overlaps[replica_overlaps() + pattern], pattern < own.patterns);
      let bits = pattern_bits >> vec4u(first);
      all += overlap;
      sum += up(bits, 1u, subgroupBroadcast(overlap, 0u));
      sum += up(bits, 2u, subgroupBroadcast(overlap, 1u));
      sum += up(bits, 4u, subgroupBroadcast(overlap, 2u));
      sum += up(bits, 8u, subgroupBroadcast(overlap, 3u));
      sum += up(bits, 16u, subgroupBroadcast(overlap, 4u));
      sum += up(bits, 32u, subgroupBroadcast(overlap, 5u));
      sum += up(bits, 64u, subgroupBroadcast(overlap, 6u));
      sum += up(bits, 128u, subgroupBroadcast(overlap, 7u));
    }
  }
  return 2 * sum - vec4i(subgroupAdd(all));
}

/// In how many patterns these sites differ from another.
fn differences_from(other: u32) -> vec4i {
  var sum = vec4u();
  for (var word = 0u; 32u * word < own.patterns; word++) {
    let left = own.patterns - 32u * word;
    let known = select((1u << (left % 32u)) - 1u, 0xffffffffu, left >= 32u);
    sum += countOneBits((columns_at(word) ^ vec4u(columns[column(replica, word, other)])) & vec4u(known));
  }
  return vec4i(sum);
}

@compute @workgroup_size(WORKGROUP)
fn sweep_subgroup(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (!begin(id, groups, subgroupExclusiveAdd(1u))) {
    return;
  }
  for (var word = 0u; word < run.spin_words; word++) {
    let places = 4u * lane + vec4u(0u, 1u, 2u, 3u);
    let there = 32u * word + places < vec4u(run.sites);
    sites = min(32u * word + places, vec4u(run.sites - 1u));
    var kept = 0u;
    if (lane == 0u) {
      kept = spins[replica * run.spin_words + word];
    }
    let before = subgroupBroadcast(kept, 0u);
    let spin = select(vec4i(-1), vec4i(1), ((vec4u(before) >> places) & vec4u(1u)) == vec4u(1u));
    let random = threefry4x32(vec4u(8u * word + lane, step.sweep, 0u, 0u), key);
    var field = forces() - i32(own.patterns) * spin + vec4i(own.field);

    // The first of the 32 that flips does so, the fields of those behind it follow, and so on.
    var now = before;
    var behind = 0u; // the sites before this one have been offered their fields
    loop {
      var first = 32u;
      for (var i = 0u; i < 4u; i++) {
        if (first == 32u && there[i] && places[i] >= behind && aligned(field[i], spin[i], random[i]) != spin[i]) {
          first = places[i];
        }
      }
      let other = subgroupMin(first);
      if (other == 32u) {
        break;
      }
      now ^= 1u << other;
      let flipped = select(1, -1, ((before >> other) & 1u) == 1u);
      field += 2 * flipped * (vec4i(i32(own.patterns)) - 2 * differences_from(32u * word + other));
      behind = other + 1u;
    }

    if (now != before) {
      for (var pattern = lane; pattern < own.patterns; pattern += 8u) {
        let bits = rows[(replica * run.own_patterns * run.spin_words + word) * run.overlaps + pattern];
        // Each site that agrees with the pattern adds 1, each other takes 1 away.
        overlaps[replica_overlaps() + pattern] += 2 * (i32(countOneBits(bits ^ before)) - i32(countOneBits(bits ^ now)));
      }
      if (lane == 0u) {
        spins[replica * run.spin_words + word] = now;
      }
    }
  }
}

// requires: hopfield/update.wgsl
// One sweep over the sites in their order for few patterns, an invocation a replica. A field is a sum of so few overlaps that there is
// nothing to share, and no update waits at a barrier, which a processor that plays a GPU pays for dearly. Bit for bit what sweep.wgsl does.

/// Of at most four patterns; of those that are not there 0.
var<private> overlap: vec4i;
/// All ones for the patterns that are there.
var<private> there: vec4i;
/// The word of spins at hand.
var<private> bits: u32;

/// Offers site `32 word + place` its field.
fn offer(word: u32, place: u32, random: u32) {
  let site = 32u * word + place;
  if (site >= run.sites) {
    return;
  }
  let spin = select(-1, 1, ((bits >> place) & 1u) == 1u);
  let up = ((vec4u(columns[column(replica, 0u, site)]) >> vec4u(0u, 1u, 2u, 3u)) & vec4u(1u)) == vec4u(1u);
  let forces = select(-overlap, overlap, up);
  let field = own.field - i32(own.patterns) * spin + forces.x + forces.y + forces.z + forces.w;
  if (aligned(field, spin, random) == spin) {
    return;
  }
  bits ^= 1u << place;
  overlap += select(vec4i(2 * spin), vec4i(-2 * spin), up) & there;
}

@compute @workgroup_size(WORKGROUP)
fn sweep_few(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  replica = id.x + id.y * groups.x * WORKGROUP;
  if (replica >= run.replicas) {
    return;
  }
  own = replicas[replica];
  key = stream(replica);
  there = select(vec4i(0), vec4i(-1), vec4u(0u, 1u, 2u, 3u) < vec4u(own.patterns));
  let at = replica_overlaps();
  overlap = vec4i(overlaps[at], overlaps[at + 1u], overlaps[at + 2u], overlaps[at + 3u]) & there;
  for (var word = 0u; word < run.spin_words; word++) {
    bits = spins[replica * run.spin_words + word];
    for (var place = 0u; place < 32u && 32u * word + place < run.sites; place += 4u) {
      let random = threefry4x32(vec4u(8u * word + place / 4u, step.sweep, 0u, 0u), key);
      offer(word, place, random.x);
      offer(word, place + 1u, random.y);
      offer(word, place + 2u, random.z);
      offer(word, place + 3u, random.w);
    }
    spins[replica * run.spin_words + word] = bits;
  }
  // Overlaps come in rows of 32, and those of no pattern are of no use.
  overlaps[at] = overlap.x;
  overlaps[at + 1u] = overlap.y;
  overlaps[at + 2u] = overlap.z;
  overlaps[at + 3u] = overlap.w;
}

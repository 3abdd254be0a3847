// requires: hopfield/update.wgsl
// requires: hopfield/lattice.wgsl
// One sweep with the couplings of a lattice, one workgroup a replica. Sites of one colour of the checkerboard do not hear each other: all
// of it is one phase, in which each lane has sites of its own. One after another, the lanes fetch what updates need, and the first makes
// them.

@group(0) @binding(7) var<storage, read> bonds: array<vec4i>;

/// First the sites where x + y is even, then the others.
override CHECKERBOARD: bool;
/// Sites by random numbers, with replacement, instead of in their order.
override RANDOM: bool;
override PHASES: u32 = select(1u, 2u, CHECKERBOARD);

/// Words of spins of the largest network.
const MOST_WORDS = 1024u;

struct Update {
  bond: vec4i,
  site: u32,
  random: u32,
}

/// The spins that make the fields, and those that flip at the end of a phase.
var<workgroup> state: array<u32, MOST_WORDS>;
var<workgroup> flips: array<atomic<u32>, MOST_WORDS>;
var<workgroup> queue: array<Update, WORKGROUP>;

fn state_at(site: u32) -> i32 {
  return select(-1, 1, ((state[site / 32u] >> (site % 32u)) & 1u) == 1u);
}

fn flips_now(update: Update) -> bool {
  let others = neighbours(update.site);
  let spins = vec4i(state_at(others.x), state_at(others.y), state_at(others.z), state_at(others.w));
  let forces = update.bond * spins;
  let spin = state_at(update.site);
  return aligned(forces.x + forces.y + forces.z + forces.w + own.field, spin, update.random) != spin;
}

/// What is due at a number of the sweep.
fn update_of(number: u32) -> Update {
  let random = threefry4x32(vec4u(number / 4u, step.sweep, 0u, 0u), key)[number % 4u];
  var site = number;
  if (RANDOM) {
    site = scaled(threefry4x32(vec4u(number / 4u, step.sweep, 1u, 0u), key)[number % 4u]);
  } else if (CHECKERBOARD) {
    // Every second site of each row; rows that are odd, and the second colour, begin one further on.
    let half = run.sites / 2u;
    let place = 2u * (number % half);
    let shift = (place / run.side + number / half) % 2u;
    site = place + shift;
  }
  return Update(bonds[replica * run.sites + site], site, random);
}

@compute @workgroup_size(WORKGROUP)
fn sweep_lattice(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let updates = select(0u, run.sites / PHASES, begin(id, groups, index));
  for (var word = lane; word < run.spin_words; word += WORKGROUP) {
    state[word] = spins[replica * run.spin_words + word];
    atomicStore(&flips[word], 0u);
  }
  workgroupBarrier();

  for (var phase = 0u; phase < PHASES; phase++) {
    for (var start = 0u; start < updates; start += WORKGROUP) {
      let due = start + lane < updates;
      let update = update_of(phase * updates + min(start + lane, updates - 1u));
      if (CHECKERBOARD || SYNCHRONOUS) {
        if (due && flips_now(update)) {
          atomicXor(&flips[update.site / 32u], 1u << (update.site % 32u));
        }
      } else {
        queue[lane] = update;
        workgroupBarrier();
        if (lane == 0u) {
          for (var i = 0u; i < min(WORKGROUP, updates - start); i++) {
            if (flips_now(queue[i])) {
              state[queue[i].site / 32u] ^= 1u << (queue[i].site % 32u);
            }
          }
        }
        workgroupBarrier();
      }
    }
    workgroupBarrier();
    for (var word = lane; word < run.spin_words; word += WORKGROUP) {
      state[word] ^= atomicExchange(&flips[word], 0u);
    }
    workgroupBarrier();
  }

  for (var word = lane; word < select(0u, run.spin_words, updates > 0u); word += WORKGROUP) {
    spins[replica * run.spin_words + word] = state[word];
  }
}

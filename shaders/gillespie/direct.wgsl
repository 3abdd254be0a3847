// requires: common/threefry.wgsl
// requires: common/interval.wgsl
// requires: common/product.wgsl
// requires: gillespie/choice.wgsl
// requires: gillespie/events.wgsl
// Gillespie's direct method (1977, doi 10.1021/j100540a008), one invocation a trajectory: an exponential time to the next
// reaction, then which one. What depends on the network - species x0, x1, ..., propensities a0, a1, ... - is generated.
//
// Time is an integer number j of units plus a fraction f: an f32 clock would not advance once a step is less than its last place. A grid
// interval is GRID units, so grid times are whole. Random numbers are counted by (replicate, point, draw), so that a trajectory
// does not depend on what else runs.

struct Run {
  seed: vec2u,
  purpose: u32,
  /// Trajectories of this batch, and how many of each point.
  slots: u32,
  replicates: u32,
  first_replicate: u32,
  /// Trajectories that are not done.
  active_count: u32,
  /// Random blocks, of two reactions each, that an invocation may use before it stops to be continued.
  blocks: u32,
  last_grid: u32,
  /// Units of a grid interval, a power of two, and one unit in the network's time.
  grid_units: u32,
  unit: f32,
  /// Blocks of a whole trajectory: one that needs more is stopped.
  most_draws: u32,
}

@group(0) @binding(0) var<storage, read_write> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> snapshots: array<u32>;
@group(0) @binding(2) var<storage, read> points: array<u32>;
@group(0) @binding(3) var<storage, read> active_in: array<u32>;
@group(0) @binding(4) var<storage, read_write> active_out: array<u32>;
@group(0) @binding(5) var<storage, read_write> counters: array<atomic<u32>, 4>;
@group(0) @binding(6) var<uniform> run: Run;

override WORKGROUP: u32 = 64u;

const RUNNING = 0u;
const DONE = 1u;
const FAILED = 2u;
const LIMITED = 3u;
const NEVER = 0xffffffffu;
const WINDOW = 0xfffffffeu;
const MOMENT = 0xfffffffdu;
/// The kind of random block that rounds starts.
const KIND_START = 8u;
/// Words of a trajectory's state other than its species, variables and pending events.
const STATE_WORDS = 10u;

var<private> j: u32;
var<private> f: f32;
var<private> grid: u32;
var<private> status: u32;
var<private> passage: u32;
var<private> key: vec4u;
var<private> place: vec3u; // replicate, point, draw
var<private> slot: u32;

@compute @workgroup_size(WORKGROUP)
fn start(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  slot = id.x + id.y * groups.x * WORKGROUP;
  if (slot >= run.slots) {
    return;
  }
  let first = ROWS + (slot / run.replicates) * ROW;
  load_constants(first);
  start_species(first);
  start_variables(first);
  now = 0.0;
  key = vec4u(run.seed, run.purpose, 0u);
  place = vec3u(run.first_replicate + slot % run.replicates, slot / run.replicates, 0u);
  if (ROUNDS) {
    round_species(first);
  }
  if (HYBRID) {
    state[(SPECIES + STATE_WORDS + VARIABLES + WAITING) * run.slots + slot] = 0u; // no step has been made
  }
  // A condition that holds from the beginning triggers its event at once, unless it is declared to have held before.
  armed = ~INITIALLY;
  order_kind = KIND_ORDER;
  status = RUNNING;
  passage = NEVER;
  if (QUEUE > 0u) {
    clear_queue();
  }
  if (DELAYS) {
    clear_waiting();
  }
  if (DRAWS && !start_draws()) {
    status = FAILED;
  }
  if (EVENTS != 0u) {
    load_truths();
    arrived = true;
  }
  after_change();
  store(0u);
  active_out[slot] = slot;
}

@compute @workgroup_size(WORKGROUP)
fn advance(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= run.active_count) {
    return;
  }
  load(index);
  for (var block = 0u; block < run.blocks && status == RUNNING; block++) {
    next_two(threefry4x32(vec4u(place, 0u), key));
    count_draw();
  }
  finish();
}

/// A start between two counts, by a draw of the trajectory's own.
fn rounds_up(first: u32, species: u32) -> bool {
  return threefry4x32(vec4u(place.xy, 0u, KIND_START + (species << 20u)), key).x < points[first + SHARES + species];
}

fn load(index: u32) {
  slot = active_in[index];
  let point = slot / run.replicates;
  load_constants(ROWS + point * ROW);
  load_species(slot);
  load_variables(slot);
  let base = SPECIES * run.slots + slot;
  j = state[base];
  f = bitcast<f32>(state[base + run.slots]);
  place = vec3u(run.first_replicate + slot % run.replicates, point, state[base + 2u * run.slots]);
  grid = state[base + 3u * run.slots];
  armed = state[base + 4u * run.slots];
  passage = state[base + 5u * run.slots];
  status = state[base + 6u * run.slots];
  moment = state[base + 7u * run.slots];
  if (EVENTS != 0u) {
    load_truths();
  }
  if (QUEUE > 0u) {
    queue_j = state[base + 8u * run.slots];
    queue_f = bitcast<f32>(state[base + 9u * run.slots]);
  }
  if (DELAYS) {
    load_waiting();
  }
  key = vec4u(run.seed, run.purpose, 0u);
}

fn count_draw() {
  place.z++;
  if (place.z >= run.most_draws && status == RUNNING) {
    status = LIMITED;
  }
}

fn finish() {
  store(place.z);
  if (status == RUNNING) {
    active_out[atomicAdd(&counters[0], 1u)] = slot;
  } else if (status == FAILED) {
    atomicMax(&counters[1], ~slot); // the first one, whatever the order
  } else if (status == LIMITED) {
    atomicAdd(&counters[2], 1u);
  }
}

fn store(draws: u32) {
  store_species(slot);
  store_variables(slot);
  let base = SPECIES * run.slots + slot;
  state[base] = j;
  state[base + run.slots] = bitcast<u32>(f);
  state[base + 2u * run.slots] = draws;
  state[base + 3u * run.slots] = grid;
  state[base + 4u * run.slots] = armed;
  state[base + 5u * run.slots] = passage;
  state[base + 6u * run.slots] = status;
  state[base + 7u * run.slots] = moment;
  state[base + 8u * run.slots] = queue_j;
  state[base + 9u * run.slots] = bitcast<u32>(queue_f);
}

fn next_reaction(words: vec2u, half: u32) {
  if (status != RUNNING) {
    return;
  }
  var total: f32;
  let window = (j / run.grid_units + 1u) * run.grid_units;
  if (USES_TIME) {
    // Rates that depend on time are thinned under a bound that holds until the next grid time.
    span = vec2f(to_time(j, f), to_time(window, 0.0));
    total = bound();
  } else {
    total = propensities();
  }
  if (is_wrong(total) || (!USES_TIME && smallest_propensity() < 0.0)) {
    status = FAILED;
    return;
  }

  var next_j = NEVER;
  var next_f = 0.0;
  if (total > 0.0) {
    // In (0, 1]: 32 bits near 0, where the logarithm is long. WGSL's log may be a little above 0 near 1.
    let waiting = max(0.0, -log((f32(words.x) + 0.5) * 0x1p-32)) / (total * run.unit);
    let end = f + waiting;
    let whole = floor(end);
    if (whole < 4294967040.0 - f32(j)) {
      next_j = j + u32(whole);
      next_f = end - whole; // exact
    }
  }

  // A stop before that throws the waiting time away: it has no memory.
  find_stop(USES_TIME);
  if (next_j > stop_j || (next_j == stop_j && next_f >= stop_f)) {
    record_until(stop_j, stop_f);
    j = stop_j;
    f = stop_f;
    if (!arrive()) {
      return;
    }
  } else {
    record_until(next_j, next_f);
    j = next_j;
    f = next_f;
    if (USES_TIME) {
      now = to_time(j, f);
      let here = propensities();
      if (is_wrong(here) || smallest_propensity() < 0.0) {
        status = FAILED;
        return;
      }
    }
    let reaction = choose(words.y, half, total);
    if (reaction == NEVER) {
      return; // thinned away
    }
    fire(reaction);
    if (DELAYS && !initiate(reaction, half - 1u)) {
      status = FAILED;
      return;
    }
  }
  after_change();
}

/// The random number of a choice as gibbs 0.1.0 made it.
fn version1_share(word: u32, half: u32) -> f32 {
  if (word < 512u) {
    // So near to 0 a rare reaction is decided by the bits that follow.
    return (f32(word) + f32(more_bits(half)) * 0x1p-32) * 0x1p-32;
  }
  return (f32(word) + 0.5) * 0x1p-32;
}

/// Where a trajectory must stop next: a time event, the end, or on request the next grid time.
var<private> stop_j: u32;
var<private> stop_f: f32;
var<private> stop: u32;
/// A stop may have changed what conditions of events say.
var<private> arrived: bool;

fn find_stop(windows: bool) {
  stop_j = run.last_grid * run.grid_units;
  stop_f = 0.0;
  stop = NEVER;
  // At the same time what is due goes before the end.
  if (MOMENTS > 0u && moment < MOMENTS) {
    come_before(schedule_at(1u + 3u * moment), bitcast<f32>(schedule_at(2u + 3u * moment)));
  }
  if (QUEUE > 0u) {
    come_before(queue_j, queue_f);
  }
  if (DELAYS) {
    come_before(wait_j, wait_f);
  }
  let window = (j / run.grid_units + 1u) * run.grid_units;
  if (windows && (window < stop_j || (window == stop_j && stop_f > 0.0))) {
    stop_j = window;
    stop_f = 0.0;
    stop = WINDOW;
  }
}

fn come_before(due_j: u32, due_f: f32) {
  if (due_j < stop_j || (due_j == stop_j && due_f <= stop_f)) {
    stop_j = due_j;
    stop_f = due_f;
    stop = MOMENT;
  }
}

/// What is due at the stop; true if the state may have changed.
fn arrive() -> bool {
  if (stop == NEVER) {
    record_species(grid, slot);
    record_variables(grid, slot);
    status = DONE;
    return false;
  }
  if (stop == WINDOW) {
    return false;
  }
  if (DELAYS && !complete_due()) {
    status = FAILED;
    return false;
  }
  if (MOMENTS > 0u && moment < MOMENTS) {
    let due_j = schedule_at(1u + 3u * moment);
    let due_f = bitcast<f32>(schedule_at(2u + 3u * moment));
    if (due_j < j || (due_j == j && due_f <= f)) {
      moment++;
      load_truths();
    }
  }
  arrived = true;
  return true;
}

fn to_time(units: u32, fraction: f32) -> f32 {
  return (f32(units) + fraction) * run.unit;
}

/// x^n / (k^n + x^n) without powers that f32 does not hold.
fn hill_of(x: f32, k: f32, n: f32) -> f32 {
  if (x <= 0.0) {
    return 0.0;
  }
  return 1.0 / (1.0 + exp2(clamp(n * log2(k / x), -120.0, 120.0)));
}

/// A power of what may be negative: WGSL's own is undefined there. Whole powers have a sign, others no value, which is said by one too large.
fn power_of(base: f32, exponent: f32) -> f32 {
  if (base >= 0.0) {
    return pow(base, exponent);
  }
  let whole = floor(exponent);
  let odd = whole - 2.0 * floor(0.5 * whole) != 0.0;
  let value = select(1.0, -1.0, odd) * pow(-base, exponent);
  return select(3.0e38, value, whole == exponent);
}

/// Not finite, or so large that it means no bound. By bits: compilers assume that there is no NaN.
fn is_wrong(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffffu) > 0x7e967699u; // 1e38
}

/// Grid points before the next change show the state as it is.
fn record_until(next_j: u32, next_f: f32) {
  while (grid < run.last_grid) {
    let at = grid * run.grid_units;
    if (at > next_j || (at == next_j && next_f == 0.0)) {
      break;
    }
    record_species(grid, slot);
    record_variables(grid, slot);
    grid++;
  }
}

fn after_change() {
  if (signs() < 0) {
    status = FAILED;
    return;
  }
  if (EVENTS != 0u && (TRIGGERS_READ_STATE || arrived)) {
    arrived = false;
    now = to_time(j, f);
    settle();
  }
  if (passage == NEVER && passed()) {
    passage = grid; // the first grid time that sees this change
  }
}

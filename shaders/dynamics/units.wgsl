// requires: dynamics/laws.wgsl
// Trajectories of systems whose variables have a value for each unit, one unit of a trajectory an invocation. A step of the method of Runge and Kutta is
// four dispatches, of a map one; before each are those that sum what all units have in common. Before this file stands what
// src/models/dynamics/kernel/units-wgsl.ts writes for the system at hand.

struct Run {
  seed: vec2u,
  purpose: u32,
  /// The number of the first trajectory of each point.
  first: u32,
  /// Trajectories of each point, and of all.
  count: u32,
  slots: u32,
  /// 0, which no compiler knows.
  zero: u32,
}

/// The lengths of a phase's steps.
struct Lengths {
  /// The time at its beginning, of a step, of half a step, and a sixth of it in two parts.
  origin: f32,
  h: f32,
  half: f32,
  sixth: f32,
  sixth_rest: f32,
}

/// What differs between dispatches.
struct Task {
  /// Steps of the phase that are made.
  made: u32,
  /// 0 to 3: the slopes of a step of Runge and Kutta.
  stage: u32,
  /// Where variables that move are read, and where their next values go: sections of `state`.
  source: u32,
  target_section: u32,
  /// Partial sums: where those that are added begin and how many there are of each, likewise those that are made.
  begin: u32,
  many: u32,
  end: u32,
  fewer: u32,
  /// Numbers that each unit adds to a sum.
  features: u32,
  /// The measurement.
  row: u32,
}

@group(0) @binding(0) var<uniform> run: Run;
@group(0) @binding(1) var<uniform> lengths: Lengths;
@group(0) @binding(2) var<uniform> step: Task;
/// [point][CONSTANTS] of each the number and what f32 leaves of it.
@group(0) @binding(3) var<storage, read> points: array<vec2f>;
/// Sections of what moves, [section][variable][slot][unit]; behind them [variable][slot][unit] of what stays.
@group(0) @binding(4) var<storage, read_write> state: array<f32>;
/// Partial sums, [feature][slot][part].
@group(0) @binding(5) var<storage, read_write> partial: array<f32>;
/// [slot]: the largest size of a number so far; then how far from converged the worst step was.
@group(0) @binding(6) var<storage, read_write> record: array<atomic<u32>>;
/// [row][quantity][slot]
@group(0) @binding(7) var<storage, read_write> samples: array<f32>;
/// [point][variable]: 1 over the size of the variable.
@group(0) @binding(8) var<storage, read> sizes: array<f32>;

override WORKGROUP: u32;

/// Sections: states and what f32 leaves of them, the sum of slopes, the slope before, and states within a step.
const LOW = 1u;
const TOTAL = 2u;
const SLOPE = 3u;
const WITHIN = 4u;
const SECTIONS = 6u;

fn index_of(id: vec3u, groups: vec3u) -> u32 {
  return id.x + id.y * groups.x * WORKGROUP;
}

fn place(section: u32, variable: u32, slot: u32, unit: u32) -> u32 {
  return ((section * MOVING + variable) * run.slots + slot) * UNITS + unit;
}

/// A variable of a unit at this stage.
fn value(variable: u32, slot: u32, unit: u32) -> f32 {
  if (variable >= MOVING) {
    return state[((SECTIONS * MOVING + variable - MOVING) * run.slots + slot) * UNITS + unit];
  }
  return state[place(step.source, variable, slot, unit)];
}

/// That of a unit so far away along the ring.
fn shifted(variable: u32, slot: u32, unit: u32, by: u32) -> f32 {
  let other = unit + by;
  return value(variable, slot, select(other, other - UNITS, other >= UNITS));
}

fn time_at(part: f32) -> f32 {
  return lengths.origin + f32(step.made) * lengths.h + part;
}

fn constants_of(slot: u32) -> Constants {
  return constants_at((slot / run.count) * CONSTANTS);
}

/// Words of which the first is the share (unit + 1/2) / UNITS of 2^32.
fn spread(unit: u32) -> vec4u {
  var rest = 2u * unit + 1u;
  var words = vec2u(0u);
  for (var i = 0u; i < 64u; i++) {
    rest *= 2u;
    let bit = select(0u, 1u, rest >= 2u * UNITS);
    rest -= bit * 2u * UNITS;
    words = vec2u((words.x << 1u) | (words.y >> 31u), (words.y << 1u) | bit);
  }
  return vec4u(words, 0u, 0u);
}

/// Quantiles of the normal law by PPND7 (Wichura 1988, doi 10.2307/2347330), of a share in 48 bits.
fn probit(p: vec2f) -> f32 {
  let q = pair_sub(p, vec2f(0.5, 0.0)).x;
  if (abs(q) <= 0.425) {
    let r = 0.180625 - q * q;
    let above = ((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179;
    return q * above / (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0);
  }
  let tail = select(pair_sub(vec2f(1.0, 0.0), p).x, p.x, q < 0.0);
  var r = sqrt(-natural_log(tail));
  var size = 0.0;
  if (r <= 5.0) {
    r -= 1.6;
    let above = ((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777;
    size = above / ((0.12021132975 * r + 0.73700164250) * r + 1.0);
  } else {
    r -= 5.0;
    let above = ((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150;
    size = above / ((0.012258202635 * r + 0.24197894225) * r + 1.0);
  }
  return select(size, -size, q < 0.0);
}

/// The start of a variable by its law; of quantiles the unit's own.
fn begun(law: u32, is_quantile: bool, first: vec2f, second: vec2f, variable: u32, slot: u32, unit: u32) -> vec2f {
  if (is_quantile) {
    let words = spread(unit);
    if (law == 1u) {
      return pair_add(first, pair_mul(second, vec2f(probit(share(words.xy)), 0.0)));
    }
    return drawn(law, first, second, words);
  }
  let trajectory = run.first + slot % run.count;
  return drawn(law, first, second, threefry4x32(vec4u(trajectory, variable, unit, 0u), vec4u(run.seed, run.purpose, 0u)));
}

/// A number of sizes that grows seldom: most units only look.
fn grow(at: u32, size: u32) {
  if (size > atomicLoad(&record[at])) {
    atomicMax(&record[at], size);
  }
}

@compute @workgroup_size(WORKGROUP)
fn start(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = index_of(id, groups);
  if (at >= run.slots * UNITS) {
    return;
  }
  let slot = at / UNITS;
  let unit = at - slot * UNITS;
  var x = starts_of(constants_of(slot), slot, unit);
  var size = 0u;
  for (var i = 0u; i < VARIABLES; i++) {
    size = max(size, size_of(x[i].x));
    // What devices do with numbers that underflow differs: here they are 0.
    if (size_of(x[i].x) < 0x00800000u) {
      x[i] = vec2f(0.0);
    }
    if (i < MOVING) {
      state[place(0u, i, slot, unit)] = x[i].x;
      state[place(LOW, i, slot, unit)] = x[i].y;
    } else {
      state[((SECTIONS * MOVING + i - MOVING) * run.slots + slot) * UNITS + unit] = x[i].x;
    }
  }
  grow(slot, size);
}

/// Of every MANY-th unit from its own on the sum of features.
fn gathered(at: u32, is_measured: bool) {
  if (at >= run.slots * step.fewer) {
    return;
  }
  let slot = at / step.fewer;
  let first = at - slot * step.fewer;
  let c = constants_of(slot);
  let t = time_at(select(0.0, stage_time(), !is_measured));
  if (is_measured) {
    var totals = measured_of(loaded(slot, first), slot, first, c, t);
    for (var unit = first + step.fewer; unit < UNITS; unit += step.fewer) {
      let own = measured_of(loaded(slot, unit), slot, unit, c, t);
      for (var i = 0u; i < MEASURED; i++) {
        totals[i] += own[i];
      }
    }
    for (var i = 0u; i < MEASURED; i++) {
      partial[step.end + (i * run.slots + slot) * step.fewer + first] = totals[i];
    }
    return;
  }
  var totals = features_of(loaded(slot, first), slot, first, c, t);
  for (var unit = first + step.fewer; unit < UNITS; unit += step.fewer) {
    let own = features_of(loaded(slot, unit), slot, unit, c, t);
    for (var i = 0u; i < FEATURES; i++) {
      totals[i] += own[i];
    }
  }
  for (var i = 0u; i < FEATURES; i++) {
    partial[step.end + (i * run.slots + slot) * step.fewer + first] = totals[i];
  }
}

/// The time of this stage from the beginning of the step.
fn stage_time() -> f32 {
  return select(select(lengths.half, lengths.h, step.stage == 3u), 0.0, step.stage == 0u);
}

@compute @workgroup_size(WORKGROUP)
fn gather(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  gathered(index_of(id, groups), false);
}

@compute @workgroup_size(WORKGROUP)
fn gather_measured(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  gathered(index_of(id, groups), true);
}

/// Partial sums to fewer.
@compute @workgroup_size(WORKGROUP)
fn collect(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = index_of(id, groups);
  if (at >= step.features * run.slots * step.fewer) {
    return;
  }
  let row = at / step.fewer;
  let first = at - row * step.fewer;
  var total = 0.0;
  for (var i = first; i < step.many; i += step.fewer) {
    total += partial[step.begin + row * step.many + i];
  }
  partial[step.end + at] = total;
}

fn feature(i: u32, slot: u32) -> f32 {
  return partial[step.begin + i * run.slots + slot];
}

/// A stage of a step, or a step of a map.
@compute @workgroup_size(WORKGROUP)
fn advance(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = index_of(id, groups);
  if (at >= run.slots * UNITS) {
    return;
  }
  let slot = at / UNITS;
  let unit = at - slot * UNITS;
  let k = rates_of(loaded(slot, unit), slot, unit, constants_of(slot), time_at(stage_time()));
  var size = 0u;
  var off = 0.0;
  for (var i = 0u; i < MOVING; i++) {
    let slope = k[i];
    let target_place = place(step.target_section, i, slot, unit);
    if (IS_MAP) {
      state[target_place] = slope;
      size = max(size, size_of(slope));
      continue;
    }
    let own = place(0u, i, slot, unit);
    let total = place(TOTAL, i, slot, unit);
    if (step.stage == 3u) {
      let low = place(LOW, i, slot, unit);
      let next = added(state[own], state[low], state[total] + slope, lengths.sixth, lengths.sixth_rest);
      state[own] = next.x;
      state[low] = next.y;
      size = max(size, size_of(next.x));
      continue;
    }
    if (step.stage == 0u) {
      state[total] = slope;
    } else {
      state[total] += 2.0 * slope;
    }
    let before = place(SLOPE, i, slot, unit);
    if (step.stage == 1u) {
      state[before] = slope;
    }
    if (step.stage == 2u) {
      // The two slopes in the middle differ by what is of third order in a step: how far it is from converged.
      off = max(off, lengths.h * abs(slope - state[before]) * sizes[(slot / run.count) * VARIABLES + i]);
    }
    state[target_place] = state[own] + select(lengths.half, lengths.h, step.stage == 2u) * slope;
  }
  if (size > 0u) {
    grow(slot, size);
  }
  if (off > 0.0 || size_of(off) >= NO_NUMBER) {
    grow(run.slots + slot, size_of(off));
  }
}

/// What is measured of a trajectory, from sums over its units.
@compute @workgroup_size(WORKGROUP)
fn report(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let slot = index_of(id, groups);
  if (slot >= run.slots) {
    return;
  }
  let fails = atomicLoad(&record[slot]) >= NO_NUMBER;
  let own = outputs_of(slot, constants_of(slot), time_at(0.0));
  for (var i = 0u; i < QUANTITIES; i++) {
    samples[(step.row * QUANTITIES + i) * run.slots + slot] = no_number(own[i], fails);
  }
}

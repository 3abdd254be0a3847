// requires: gillespie/direct.wgsl
// Networks with quantities that change by rates of their own: between firings they follow dy/dt, and the next reaction fires when the
// integral of the total propensity, taken with them, reaches an exponential number (Alfonsi et al. 2005, doi 10.1051/proc:2005001). The
// method is of Bogacki and Shampine (1989, doi 10.1016/0893-9659(89)90079-7): order 3, with steps by its error estimate.
//
// What is generated: slopes() and the variables as an array. The last of a Slope is the total propensity, of Values its integral.

/// Error of a step, as a share of what a quantity is and changes by; of the hazard the absolute error.
const TOLERANCE = 1e-5;
/// Halvings that find a firing or a crossing in a step.
const HALVINGS = 22u;
/// Times of a step's slopes, as shares of it.
const NODES_OF_STEP = array<f32, 4>(0.0, 0.5, 0.75, 1.0);
/// What a step is made for.
const SIZING = 0u;
const SIZED = 1u;
const FIRING = 2u;
const CROSSING = 3u;

var<private> step_size: f32;
/// Of the hazard, until the next reaction fires; below 0 where it is to be drawn.
var<private> left: f32;

struct Step {
  end: Values,
  first: Values,
  last: Values,
  error: f32,
}

@compute @workgroup_size(WORKGROUP)
fn advance_hybrid(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= run.active_count) {
    return;
  }
  load(index);
  order_kind = KIND_ORDER_LEAP;
  let base = (SPECIES + STATE_WORDS + VARIABLES + WAITING) * run.slots + slot;
  step_size = bitcast<f32>(state[base]);
  left = bitcast<f32>(state[base + run.slots]);
  if (step_size <= 0.0) {
    step_size = f32(run.grid_units) * run.unit / 16.0;
    left = -1.0;
  }
  for (var block = 0u; block < run.blocks && status == RUNNING; block++) {
    follow();
  }
  state[base] = bitcast<u32>(step_size);
  state[base + run.slots] = bitcast<u32>(left);
  finish();
}

fn plus_slope(values: Values, slope: Values, by: f32) -> Values {
  var result = values;
  for (var i = 0u; i < FOLLOWED; i++) {
    result[i] += by * slope[i];
  }
  return result;
}

fn slopes_at(time: f32, values: Values) -> Values {
  now = time;
  set_variables(values);
  return slopes();
}

/// From the values, by h in time. The slopes stand in one place: large networks would take long to compile in four.
fn try_step(values: Values, h: f32) -> Step {
  let start = to_time(j, f);
  var result: Step;
  var at = values;
  var second: Values;
  var third: Values;
  for (var stage = 0u; stage < 4u; stage++) {
    let slope = slopes_at(start + NODES_OF_STEP[stage] * h, at);
    switch stage {
      case 0u: {
        result.first = slope;
        at = plus_slope(values, slope, 0.5 * h);
      }
      case 1u: {
        second = slope;
        at = plus_slope(values, slope, 0.75 * h);
      }
      case 2u: {
        third = slope;
        for (var i = 0u; i < FOLLOWED; i++) {
          result.end[i] = values[i] + h * ((2.0 / 9.0) * result.first[i] + (1.0 / 3.0) * second[i] + (4.0 / 9.0) * third[i]);
        }
        at = result.end;
      }
      default: {
        result.last = slope;
      }
    }
  }
  for (var i = 0u; i < FOLLOWED; i++) {
    let e = h * ((-5.0 / 72.0) * result.first[i] + (1.0 / 12.0) * second[i] + (1.0 / 9.0) * third[i] - 0.125 * result.last[i]);
    let scale = select(abs(result.end[i]) + abs(h * result.first[i]) + 1e-35, 1.0, i == FOLLOWED - 1u);
    result.error = max(result.error, abs(e) / scale);
    result.error = select(result.error, 3.0e38, is_wrong(result.end[i]));
  }
  return result;
}

/// Whether a condition that was false holds with these values.
fn crosses(values: Values) -> bool {
  set_variables(values);
  return (triggers() & armed) != 0u;
}

/// A step, less of one where a reaction fires or a condition becomes true before its end.
fn follow() {
  let words = threefry4x32(vec4u(place, 0u), key);
  if (left < 0.0) {
    left = max(1e-30, -log((f32(words.x) + 0.5) * 0x1p-32));
  }
  find_stop(true);
  let most = (f32(stop_j - j) - f + stop_f) * run.unit;
  if (most > 0.0) {
    record_until(j, 1.0); // whatever is due at this time has happened
  }
  let values = variables_now();
  now = to_time(j, f);
  let here = propensities();
  if (is_wrong(here) || smallest_propensity() < 0.0) {
    status = FAILED;
    return;
  }

  // Steps are made in one place, for the same reason: until the error is small, then halving the one in which a reaction fires, then
  // halving what is left where a condition becomes true in it.
  var part = min(step_size, most);
  var length = part;
  var low = 0.0;
  var whole_part = part;
  var taken: Step;
  var fires = false;
  var stage = SIZING;
  var halvings = 0u;
  for (var trial = 0u; ; trial++) {
    taken = try_step(values, length);
    if (stage == SIZING) {
      let better = part * clamp(0.9 * pow(TOLERANCE / max(taken.error, 1e-30), 1.0 / 3.0), 0.1, 4.0);
      if (taken.error > TOLERANCE && part > 0.0) {
        part = better;
        length = better;
        step_size = better;
        if (trial == 23u || part < 1e-6 * run.unit) {
          status = FAILED; // too fast to be followed
          return;
        }
        continue;
      }
      step_size = select(step_size, better, part == step_size || better < step_size);
      stage = SIZED;
    }
    if (halvings > 0u) {
      halvings--;
      var reached = taken.end[FOLLOWED - 1u] >= left;
      if (stage == CROSSING) {
        reached = crosses(taken.end);
      }
      low = select(length, low, reached);
      part = select(part, length, reached);
      length = select(part, 0.5 * (low + part), halvings > 0u); // at last where it has happened
      continue;
    }
    if (stage == SIZED && taken.end[FOLLOWED - 1u] >= left) {
      fires = true;
      stage = FIRING;
    } else if (TRIGGERS_READ_STATE && stage != CROSSING && crosses(taken.end)) {
      stage = CROSSING;
      whole_part = part;
    } else {
      break;
    }
    halvings = HALVINGS;
    low = 0.0;
    length = 0.5 * part;
  }
  fires = fires && (stage != CROSSING || part == whole_part);

  set_variables(taken.end);
  let hazard = taken.end[FOLLOWED - 1u];
  let arrives = !fires && part == most;
  if (arrives) {
    j = stop_j;
    f = stop_f;
  } else {
    let end = f + part / run.unit;
    let whole = floor(end);
    j += u32(whole);
    f = end - whole;
  }
  left = max(0.0, left - hazard);
  now = to_time(j, f);
  if (fires) {
    let total = propensities();
    if (is_wrong(total) || smallest_propensity() < 0.0 || total <= 0.0) {
      status = FAILED;
      return;
    }
    let reaction = choose(words.y, 1u, total);
    fire(reaction);
    if (DELAYS && !initiate(reaction, 0u)) {
      status = FAILED;
      return;
    }
  }
  if (!arrives || arrive() || stop == WINDOW) {
    after_change();
  }
  if (fires || arrives) {
    left = -1.0;
    count_draw();
  }
}

// requires: gillespie/leap.wgsl
// requires: gillespie/table.wgsl
// Leaps of networks too large for registers.

var<private> before_leap: array<Count, SPECIES>;
/// One bit a reaction: it may use a species up.
var<private> critical: array<u32, (REACTIONS + 31u) / 32u>;
var<private> critical_total: f32;

fn is_critical(reaction: u32) -> bool {
  return (critical[reaction / 32u] & (1u << (reaction % 32u))) != 0u;
}

fn may_use_up(reaction: u32) -> bool {
  if (CONTINUOUS || (rate_of(reaction) <= 0.0 && !LOOKS_AHEAD)) {
    return false;
  }
  for (var k = points[RECORD * reaction + 5u]; k < points[RECORD * reaction + 6u]; k += 2u) {
    let change = i32(points[k + 1u]);
    if (change < 0 && f32(x[points[k]]) < FEW * f32(-change)) {
      return true;
    }
  }
  return false;
}

/// The longest leap of the reactions that are not critical.
fn leap_time() -> f32 {
  var mean: array<f32, SPECIES>;
  var variance: array<f32, SPECIES>;
  critical_total = 0.0;
  for (var i = 0u; i < REACTIONS; i++) {
    let bit = 1u << (i % 32u);
    let rate = rate_of(i);
    if (may_use_up(i)) {
      critical[i / 32u] |= bit;
      critical_total += rate;
      continue;
    }
    critical[i / 32u] &= ~bit;
    for (var k = points[RECORD * i + 5u]; k < points[RECORD * i + 6u]; k += 2u) {
      let change = f32(i32(points[k + 1u]));
      mean[points[k]] += change * rate;
      variance[points[k]] += change * change * rate;
    }
  }
  var longest = 1e30;
  for (var s = 0u; s < SPECIES; s++) {
    longest = shorter(longest, mean[s], variance[s], f32(x[s]));
  }
  return longest;
}

/// The most that the rates are in the span: of all, and of those that change by more than a leap may overlook.
fn look_ahead() -> vec2f {
  var most = vec2f();
  if (LOOKS_AHEAD) {
    for (var i = 0u; i < REACTIONS; i++) {
      let spread = spread_of(i);
      let highest = max(spread.y, 0.0) * select(1.0, 1.0 + 0x1p-16, spread.x != spread.y);
      set_cell(AHEAD + i, highest);
      most += vec2f(highest, select(0.0, highest, varies(spread)));
    }
  }
  return most;
}

fn varies(spread: vec2f) -> bool {
  return spread.y > 0.0 && spread.y - spread.x > VARIES * spread.y;
}

/// Rates that change much are followed one firing at a time, under the most that they are.
fn mark_varying() {
  critical_total = 0.0;
  for (var i = 0u; i < REACTIONS; i++) {
    if (varies(spread_of(i))) {
      critical[i / 32u] |= 1u << (i % 32u);
    }
    critical_total += select(0.0, weight_of(i), is_critical(i));
  }
}

fn weight_of(reaction: u32) -> f32 {
  if (LOOKS_AHEAD) {
    return cell(AHEAD + reaction);
  }
  return rate_of(reaction);
}

/// Whether a rate that is thinned lets its reaction happen now.
fn is_let(reaction: u32, chance: f32) -> bool {
  return chance * weight_of(reaction) < rate_of(reaction);
}

fn take_leap(tau: f32, trial: u32) {
  if (CONTINUOUS && !VERSION1) {
    for (var i = 0u; i < REACTIONS; i++) {
      set_cell(FIRED + i, f32(firings(rate_of(i) * tau, i, trial)));
    }
    for (var round = 0u; round < 9u && limit_fired(round); round++) {
    }
    for (var i = 0u; i < REACTIONS; i++) {
      let times = cell(FIRED + i);
      if (times != 0.0) {
        change_species(i, Count(times));
      }
    }
  } else {
    for (var i = 0u; i < REACTIONS; i++) {
      let mean = rate_of(i) * tau;
      if (mean > 0.0 && !is_critical(i)) {
        change_species(i, firings(mean, i, trial));
      }
    }
  }
  sign_bits = 0;
  for (var s = 0u; s < SPECIES; s++) {
    if (CONTINUOUS) {
      x[s] = max(x[s], Count(0));
    }
    sign_bits |= i32(x[s]);
  }
  fresh = false;
}

/// Where more of a species would go than there is, whatever takes it takes less, so that no mass is made: (x + in) / out of it, again
/// while that leaves too little of another one, and at last no more than x. False where there is enough of all.
fn limit_fired(round: u32) -> bool {
  var net: array<f32, SPECIES>;
  var out: array<f32, SPECIES>;
  for (var i = 0u; i < REACTIONS; i++) {
    for (var k = points[RECORD * i + 5u]; k < points[RECORD * i + 6u]; k += 2u) {
      let change = f32(i32(points[k + 1u])) * cell(FIRED + i);
      net[points[k]] += change;
      out[points[k]] += max(-change, 0.0);
    }
  }
  var short = false;
  for (var s = 0u; s < SPECIES; s++) {
    let left = f32(x[s]) + net[s];
    let share = select(out[s] + left, f32(x[s]), round == 8u) / max(out[s], 1e-30);
    short |= left < 0.0;
    out[s] = select(1.0, share, left < 0.0); // what of it may go
  }
  if (!short) {
    return false;
  }
  for (var i = 0u; i < REACTIONS; i++) {
    var part = 1.0;
    for (var k = points[RECORD * i + 5u]; k < points[RECORD * i + 6u]; k += 2u) {
      if (f32(i32(points[k + 1u])) * cell(FIRED + i) < 0.0) {
        part = min(part, out[points[k]]);
      }
    }
    set_cell(FIRED + i, cell(FIRED + i) * part);
  }
  return true;
}

fn keep_species() {
  before_leap = x;
}

fn restore_species() {
  x = before_leap;
  sign_bits = 0;
}

fn choose_critical(words: vec2u) -> u32 {
  if (VERSION1) {
    return critical_in_version1((f32(words.x) + 0.5) * 0x1p-32 * critical_total);
  }
  let top = exponent_of(critical_total);
  var total = vec3u();
  for (var i = 0u; i < REACTIONS; i++) {
    if (is_critical(i)) {
      total = plus(total, fixed(weight_of(i), top));
    }
  }
  let point = point_of(total, words.x, words.y);
  var before = vec3u();
  for (var i = 0u; i < REACTIONS; i++) {
    if (is_critical(i)) {
      before = plus(before, fixed(weight_of(i), top));
      if (above(before, point)) {
        return i;
      }
    }
  }
  return NEVER;
}

fn critical_in_version1(r: f32) -> u32 {
  var chosen = 0u;
  var before = 0.0;
  for (var i = 0u; i < REACTIONS && r >= before; i++) {
    if (is_critical(i)) {
      chosen = i;
      before += cell(i);
    }
  }
  return chosen;
}

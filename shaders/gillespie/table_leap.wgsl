// requires: gillespie/leap.wgsl
// requires: gillespie/table.wgsl
// Leaps of networks too large for registers.

var<private> kept: array<Count, SPECIES>;
/// One bit a reaction: it may use a species up.
var<private> critical: array<u32, (REACTIONS + 31u) / 32u>;
var<private> critical_total: f32;

fn is_critical(reaction: u32) -> bool {
  return (critical[reaction / 32u] & (1u << (reaction % 32u))) != 0u;
}

fn may_use_up(reaction: u32) -> bool {
  if (CONTINUOUS || a[reaction] <= 0.0) {
    return false;
  }
  for (var k = points[RECORD * reaction + 4u]; k < points[RECORD * reaction + 5u]; k += 2u) {
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
    if (may_use_up(i)) {
      critical[i / 32u] |= bit;
      critical_total += a[i];
      continue;
    }
    critical[i / 32u] &= ~bit;
    for (var k = points[RECORD * i + 4u]; k < points[RECORD * i + 5u]; k += 2u) {
      let change = f32(i32(points[k + 1u]));
      mean[points[k]] += change * a[i];
      variance[points[k]] += change * change * a[i];
    }
  }
  var longest = 1e30;
  for (var s = 0u; s < SPECIES; s++) {
    longest = shorter(longest, mean[s], variance[s], f32(x[s]));
  }
  return longest;
}

fn take_leap(tau: f32, trial: u32) {
  for (var i = 0u; i < REACTIONS; i++) {
    if (a[i] > 0.0 && !is_critical(i)) {
      change_species(i, firings(a[i] * tau, i, trial));
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

fn keep_species() {
  kept = x;
}

fn restore_species() {
  x = kept;
  sign_bits = 0;
}

fn choose_critical(r: f32) -> u32 {
  var chosen = 0u;
  var before = 0.0;
  for (var i = 0u; i < REACTIONS && r >= before; i++) {
    if (is_critical(i)) {
      chosen = i;
      before += a[i];
    }
  }
  return chosen;
}

// requires: gillespie/direct.wgsl
// Many reactions in one step, approximately: tau-leaping (Gillespie 2001, doi 10.1063/1.1378322), or the chemical Langevin
// equation (Gillespie 2000, doi 10.1063/1.481811), whose counts are continuous. The step lets no propensity change by much
// (Cao, Gillespie & Petzold 2006, doi 10.1063/1.2159468); reactions that may use a species up fire one at a time (2005, doi
// 10.1063/1.1992473), and where a leap would be as short as a few reactions, they are made exactly.

/// A leap of fewer expected reactions than this is not worth its price.
const FEW = 10.0;

/// Kinds of random blocks of one draw: 0 to 2 are the direct method's, then these, then one a reaction and trial.
const KIND_CRITICAL = 3u;
/// Expected firings, in a leap, of rates that change by more than it may overlook: in counts they are followed one by one, and real
/// numbers are not to be that far off.
const UNSEEN = select(1.0, 0.01, CONTINUOUS);
const SEES_TIME = USES_TIME && !VERSION1;
const KIND_COUNTS = 16u;

@compute @workgroup_size(WORKGROUP)
fn advance_leaping(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  if (index >= run.active_count) {
    return;
  }
  load(index);
  order_kind = KIND_ORDER_LEAP;
  for (var block = 0u; block < run.blocks && status == RUNNING; block++) {
    leap();
    count_draw();
  }
  finish();
}

fn leap() {
  now = to_time(j, f);
  let total = propensities();
  if (is_wrong(total) || smallest_propensity() < 0.0) {
    status = FAILED;
    return;
  }
  find_stop(true);
  var tau = (f32(stop_j - j) - f + stop_f) * run.unit;
  if (tau > 0.0) {
    record_until(j, 1.0); // whatever is due at this time has happened
  }
  var lands = true;
  var critical = NEVER;
  if (total > 0.0 || SEES_TIME) {
    let free = leap_time();
    if (!CONTINUOUS && free * total < FEW && tau * total > 0.1) {
      next_reaction(threefry4x32(vec4u(place, 0u), key).xy, 1u);
      return;
    }
    if (free < tau) {
      tau = free;
      lands = false;
    }
    if (SEES_TIME) {
      var ahead = vec2f();
      for (var halved = 0u; halved < 40u; halved++) {
        let end = f + tau / run.unit;
        span = vec2f(now, to_time(j, end));
        ahead = look_ahead();
        if (ahead.y == 0.0 || (ahead.y * tau < UNSEEN && !is_wrong(ahead.x))) {
          break;
        }
        tau *= 0.5;
        lands = false;
      }
      if (is_wrong(ahead.x)) {
        status = FAILED;
        return;
      }
      if (!CONTINUOUS) {
        mark_varying();
      }
    }
    if (critical_total > 0.0) {
      let words = threefry4x32(vec4u(place, KIND_CRITICAL), key);
      let waiting = max(0.0, -log((f32(words.x) + 0.5) * 0x1p-32)) / critical_total;
      if (waiting < tau) {
        tau = waiting;
        lands = false;
        critical = choose_critical(words.yz);
        if (SEES_TIME) {
          now = to_time(j, f + tau / run.unit);
          propensities();
          if (!is_let(critical, (f32(words.w) + 0.5) * 0x1p-32)) {
            critical = NEVER;
          }
        }
      }
    }
  }

  // A leap that would leave less than nothing of a species is tried again, half as long.
  keep_species();
  for (var trial = 0u; trial < 16u && (total > 0.0 || SEES_TIME); trial++) {
    if (SEES_TIME) {
      // Rates in the middle of the leap: their changes in time are right to second order.
      now = to_time(j, f + 0.5 * tau / run.unit);
      let here = propensities();
      if (is_wrong(here) || smallest_propensity() < 0.0) {
        status = FAILED;
        return;
      }
    }
    take_leap(tau, trial);
    if (signs() >= 0) {
      break;
    }
    restore_species();
    tau *= 0.5;
    lands = false;
    critical = NEVER;
  }

  if (lands) {
    j = stop_j;
    f = stop_f;
    after_change();
    if (status == RUNNING && arrive()) {
      after_change();
    }
    return;
  }
  let end = f + tau / run.unit;
  let whole = floor(end);
  j += u32(whole);
  f = end - whole;
  if (critical != NEVER) {
    fire(critical);
  }
  after_change();
}

/// The longest leap in which a species changes by no more than its share, in the mean and by chance.
fn shorter(longest: f32, mean: f32, variance: f32, count: f32) -> f32 {
  let most = max(SHARE * count, 1.0);
  if (variance <= 0.0) {
    return longest;
  }
  return min(longest, min(most / max(abs(mean), 1e-30), most * most / variance));
}

/// How often a reaction fires that expects `mean`.
fn firings(mean: f32, reaction: u32, trial: u32) -> Count {
  if (mean <= 0.0) {
    return Count(0);
  }
  if (CONTINUOUS) {
    return Count(langevin(mean, reaction, trial));
  }
  return Count(poisson(mean, reaction, trial));
}

fn uniforms(reaction: u32, trial: u32) -> vec4u {
  return threefry4x32(vec4u(place, KIND_COUNTS + 16u * reaction + trial), key);
}

/// A standard normal number (Box & Muller 1958).
fn normal(words: vec4u) -> f32 {
  let radius = sqrt(-2.0 * log((f32(words.x) + 0.5) * 0x1p-32));
  return radius * cos(6.283185307179586 * f32(words.y) * 0x1p-32);
}

/// Firings of a reaction that expects `mean`, continuous: may be negative.
fn langevin(mean: f32, reaction: u32, trial: u32) -> f32 {
  return mean + sqrt(mean) * normal(uniforms(reaction, trial));
}

/// Poisson numbers: by inversion where few are expected, else by transformed rejection (Hoermann 1993, PTRS).
fn poisson(mean: f32, reaction: u32, trial: u32) -> i32 {
  var words = uniforms(reaction, trial);
  if (mean < 12.0) {
    let u = (f32(words.x) + 0.5) * 0x1p-32;
    var count = 0;
    var probability = exp(-mean);
    var below = probability;
    while (u > below && count < 100) {
      count++;
      probability *= mean / f32(count);
      below += probability;
    }
    return count;
  }
  let root = sqrt(mean);
  let b = 0.931 + 2.53 * root;
  let a = -0.059 + 0.02483 * b;
  let inverse = 1.1239 + 1.1328 / (b - 3.4);
  let v_r = 0.9277 - 3.6224 / (b - 2.0);
  for (var round = 0u; round < 32u; round++) {
    // Two pairs a block, then the next block: the words are counted, not kept.
    if (round > 0u && round % 2u == 0u) {
      words = threefry4x32(vec4u(place, KIND_COUNTS + 16u * reaction + trial + ((round / 2u) << 20u)), key);
    }
    let pair = select(words.zw, words.xy, round % 2u == 0u);
    let u = (f32(pair.x) + 0.5) * 0x1p-32 - 0.5;
    let v = (f32(pair.y) + 0.5) * 0x1p-32;
    let s = 0.5 - abs(u);
    let k = floor((2.0 * a / s + b) * u + mean + 0.43);
    if (s >= 0.07 && v <= v_r) {
      return i32(min(k, 2.0e9));
    }
    if (k < 0.0 || (s < 0.013 && v > s)) {
      continue;
    }
    if (log(v * inverse / (a / (s * s) + b)) <= log_poisson(k, mean)) {
      return i32(min(k, 2.0e9));
    }
  }
  return i32(mean);
}

/// ln (mean^k e^-mean / k!) without the cancellation of its large terms: Stirling's series about k.
fn log_poisson(k: f32, mean: f32) -> f32 {
  if (k < 0.5) {
    return -mean;
  }
  let d = (mean - k) / k;
  // ln(1 + d) - d, by its series where they cancel.
  var excess = log(1.0 + d) - d;
  if (abs(d) < 0.1) {
    excess = -d * d * (0.5 - d * (1.0 / 3.0 - d * (0.25 - d * (0.2 - d * (1.0 / 6.0 - d / 7.0)))));
  }
  return k * excess - 0.5 * log(6.283185307179586 * k) - 1.0 / (12.0 * k);
}

// requires: dynamics/adaptive.wgsl
// The method of Tsitouras of order 5, with an error estimate of order 4 and an interpolant of order 4 (2011, doi 10.1016/j.camwa.2011.06.002). Slopes
// stand as the first and differences from it: the sum of all weights is then exact, whatever f32 makes of each, and in errors nothing large is
// subtracted.

/// The error is of fifth order in the step.
const OF_ERROR = 0.14;
const OF_LAST = 0.08;
/// What is left of such a number is still one of f32.
const NOTHING = 1e-30;

/// States at the stages of a step, how slopes there differ from the first, and where it comes to.
struct Made {
  second: Flat,
  third: Flat,
  fourth: Flat,
  fifth: Flat,
  sixth: Flat,
  d2: Flat,
  d3: Flat,
  d4: Flat,
  d5: Flat,
  d6: Flat,
  d7: Flat,
  y: State,
  /// The first slope of the next step.
  next: Flat,
  error: f32,
}

/// Sums of slopes by which the stages are reached: of the first, and of differences from it. The weights of each add up to 0.161, 0.327, 0.9 …
fn to_third(k: Flat, d2: Flat) -> Flat {
  return stepped(times(0.327, k), 0.335480655492357, d2);
}

fn to_fourth(k: Flat, d2: Flat, d3: Flat) -> Flat {
  return stepped(stepped(times(0.9, k), -6.359448489975075, d2), 4.3622954328695815, d3);
}

fn to_fifth(k: Flat, d2: Flat, d3: Flat, d4: Flat) -> Flat {
  let sum = stepped(stepped(times(0.9800255409045097, k), -11.748883564062828, d2), 7.4955393428898365, d3);
  return stepped(sum, -0.09249506636175525, d4);
}

fn to_sixth(k: Flat, d2: Flat, d3: Flat, d4: Flat, d5: Flat) -> Flat {
  let sum = stepped(stepped(k, -12.92096931784711, d2), 8.159367898576159, d3);
  return stepped(stepped(sum, -0.071584973281401, d4), -0.028269050394068383, d5);
}

fn to_end(k: Flat, d2: Flat, d3: Flat, d4: Flat, d5: Flat, d6: Flat) -> Flat {
  let sum = stepped(stepped(k, 0.01, d2), 0.4798896504144996, d3);
  return stepped(stepped(stepped(sum, 1.379008574103742, d4), -3.290069515436081, d5), 2.324710524099774, d6);
}

/// The difference from the sum that is of order 4.
fn error_sum(d2: Flat, d3: Flat, d4: Flat, d5: Flat, d6: Flat, d7: Flat) -> Flat {
  let sum = stepped(times(-8.164344596567469e-4, d2), 7.880878010261995e-3, d3);
  let more = stepped(stepped(sum, -0.1447110071732629, d4), 0.5823571654525552, d5);
  return stepped(stepped(more, -0.45808210592918697, d6), 0.015151515151515152, d7);
}

/// The times of the stages.
fn stage_time(t: f32, h: f32, stage: u32) -> f32 {
  const parts = array<f32, 6>(0.0, 0.161, 0.327, 0.9, 0.9800255409045097, 1.0);
  return t + parts[stage] * h;
}

/// A step from x, where the slope is k; it ends at the time `end`.
fn try_step(
  x: State,
  k: Flat,
  c: Constants,
  t: f32,
  h: f32,
  end: f32,
  inverse: Flat,
  made: ptr<function, Made>,
) {
  let second = stepped(x.high, 0.161 * h, k);
  let d2 = less(rates(second, c, stage_time(t, h, 1u)), k);
  let third = stepped(x.high, h, to_third(k, d2));
  let d3 = less(rates(third, c, stage_time(t, h, 2u)), k);
  let fourth = stepped(x.high, h, to_fourth(k, d2, d3));
  let d4 = less(rates(fourth, c, stage_time(t, h, 3u)), k);
  let fifth = stepped(x.high, h, to_fifth(k, d2, d3, d4));
  let d5 = less(rates(fifth, c, stage_time(t, h, 4u)), k);
  let sixth = stepped(x.high, h, to_sixth(k, d2, d3, d4, d5));
  let d6 = less(rates(sixth, c, stage_time(t, h, 5u)), k);
  let y = increased(x, to_end(k, d2, d3, d4, d5, d6), h, 0.0);
  let next = rates(y.high, c, end);
  let d7 = less(next, k);
  let e = times(h, error_sum(d2, d3, d4, d5, d6, d7));
  let noise = times(h, rounded(x.high, c, t));
  let error = error_in(e, x.high, y.high, times(h, k), noise, inverse);
  *made = Made(second, third, fourth, fifth, sixth, d2, d3, d4, d5, d6, d7, y, next, error);
}

/// The sum of slopes up to a part u of the step.
fn up_to(u: f32, k: Flat, made: ptr<function, Made>) -> Flat {
  let v = u * u;
  var sum = stepped(times(u, k), v * (0.1317 + u * (-0.2234 + u * 0.1017)), (*made).d2);
  sum = stepped(sum, v * (3.9302962368947516 + u * (-5.941033872131505 + u * 2.490627285651253)), (*made).d3);
  sum = stepped(sum, v * (-12.411077166933676 + u * (30.33818863028232 - u * 16.548102889244902)), (*made).d4);
  sum = stepped(sum, v * (37.50931341651104 + u * (-88.1789048947664 + u * 47.37952196281928)), (*made).d5);
  sum = stepped(sum, v * (-27.896526289197286 + u * (65.09189467479366 - u * 34.87065786149661)), (*made).d6);
  return stepped(sum, v * (1.5 + u * (-4.0 + u * 2.5)), (*made).d7);
}

/// A tangent by the same step.
fn turned(v: Flat, x: Flat, made: ptr<function, Made>, c: Constants, t: f32, h: f32) -> Flat {
  let k = tangent(x, v, c, t);
  let d2 = less(tangent((*made).second, stepped(v, 0.161 * h, k), c, stage_time(t, h, 1u)), k);
  let d3 = less(tangent((*made).third, stepped(v, h, to_third(k, d2)), c, stage_time(t, h, 2u)), k);
  let d4 = less(tangent((*made).fourth, stepped(v, h, to_fourth(k, d2, d3)), c, stage_time(t, h, 3u)), k);
  let d5 = less(tangent((*made).fifth, stepped(v, h, to_fifth(k, d2, d3, d4)), c, stage_time(t, h, 4u)), k);
  let d6 = less(tangent((*made).sixth, stepped(v, h, to_sixth(k, d2, d3, d4, d5)), c, stage_time(t, h, 5u)), k);
  return stepped(v, h, to_end(k, d2, d3, d4, d5, d6));
}

// requires: dynamics/steps.wgsl
// The classical method of Runge and Kutta, of order 4. States keep what f32 leaves of them, as the increments of small steps are.

/// The two slopes in the middle differ by what is of third order in a step: how far it is from converged.
fn moved(x: State, c: Constants, time: vec2f, inverse: Flat, off: ptr<function, f32>, _slot: u32, _step: u32) -> State {
  let t = time.x;
  let k1 = rates(x.high, c, t);
  let k2 = rates(stepped(x.high, now.half, k1), c, t + now.half);
  let k3 = rates(stepped(x.high, now.half, k2), c, t + now.half);
  let k4 = rates(stepped(x.high, now.h, k3), c, t + now.h);
  *off = max(*off, now.h * apart_by(k2, k3, inverse));
  return increased(x, weighted(k1, k2, k3, k4), now.sixth, now.sixth_rest);
}

/// The same method for the equation of tangents, at the same stages.
fn turn_all(tangents: ptr<function, array<Flat, EXPONENTS + 1u>>, x: State, c: Constants, time: vec2f) {
  let t = time.x;
  let x2 = stepped(x.high, now.half, rates(x.high, c, t));
  let x3 = stepped(x.high, now.half, rates(x2, c, t + now.half));
  let x4 = stepped(x.high, now.h, rates(x3, c, t + now.half));
  for (var j = 0u; j < EXPONENTS; j++) {
    let v = (*tangents)[j];
    let k1 = tangent(x.high, v, c, t);
    let k2 = tangent(x2, stepped(v, now.half, k1), c, t + now.half);
    let k3 = tangent(x3, stepped(v, now.half, k2), c, t + now.half);
    let k4 = tangent(x4, stepped(v, now.h, k3), c, t + now.h);
    (*tangents)[j] = stepped(v, now.sixth, weighted(k1, k2, k3, k4));
  }
}

/// Counts crossings of the section within a step: one where its ends are on both sides, or two where it comes back in it.
fn cross(slot: u32, x: Flat, y: Flat, c: Constants, t: f32) {
  let ends = vec2f(surface(x, c, t), surface(y, c, t + now.h));
  let direction = crossed(ends.x, ends.y);
  if (direction != 0 && !is_meant(direction)) {
    return;
  }
  let k = times(now.h, rates(x, c, t));
  let falls = approach(x, k, c, t, now.h);
  if (direction == 0 && falls * ends.x >= 0.0) {
    return;
  }
  let next = times(now.h, rates(y, c, t + now.h));
  if (direction != 0) {
    locate(slot, 0.0, 1.0, direction, x, y, k, next, c, t);
    return;
  }
  let near = turning(ends.x, ends.y, falls, approach(y, next, c, t + now.h, now.h));
  let there = surface(between_ends(near, x, y, k, next), c, t + near * now.h);
  let first = crossed(ends.x, there);
  if (near > 0.0 && first != 0) {
    locate(slot, 0.0, near, first, x, y, k, next, c, t);
    locate(slot, near, 1.0, -first, x, y, k, next, c, t);
  }
}

/// A crossing in a part of a step: between its ends by their slopes.
fn locate(slot: u32, from_part: f32, to_part: f32, direction: i32, x: Flat, y: Flat, k: Flat, next: Flat, c: Constants, t: f32) {
  if (!is_meant(direction)) {
    return;
  }
  var least = from_part;
  var most = to_part;
  for (var i = 0; i < HALVINGS; i++) {
    let middle = 0.5 * (least + most);
    let value = surface(between_ends(middle, x, y, k, next), c, t + middle * now.h) * f32(direction);
    least = select(least, middle, value < 0.0);
    most = select(middle, most, value < 0.0);
  }
  add_crossing(slot, between_ends(most, x, y, k, next), t + most * now.h);
}

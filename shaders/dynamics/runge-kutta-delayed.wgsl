// requires: dynamics/steps.wgsl
// The same method where right sides ask for what variables were before: every trajectory keeps states and slopes of its last steps in a ring, and
// what lies between them is interpolated (cubic Hermite, of order 4 as the method is). Before t = 0 the past has an expression of its own.

/// [node of the ring][delayed variable]: states; then slopes of the step that begins there; then, where values jump at t = 0, slopes of the one that
/// ends there: a lag later they differ.
@group(0) @binding(8) var<storage, read_write> ring: array<f32>;

/// A time between two nodes, which are steps from t = 0: `part` of the way from one to the next.
struct Between {
  node: i32,
  part: f32,
}

/// Where a time before a step lies. `part` is 0 at the beginning of the step, and 1 at its end. A step that ends where values jump belongs to what is
/// before the jump, and one that begins there to what is after it.
fn between(lag: vec2f, step: u32, part: f32) -> Between {
  let shift = part - lag.y;
  let node = select(ceil(shift) - 1.0, floor(shift), part == 0.0);
  return Between(i32(step) - i32(lag.x) + i32(node), shift - node);
}

fn ring_at(node: i32, number: u32, slot: u32) -> u32 {
  return ((u32(node) & (RING - 1u)) * KEPT + number) * run.slots + slot;
}

fn kept(number: u32, at: Between, slot: u32) -> f32 {
  let a = ring[ring_at(at.node, number, slot)];
  if (at.part == 0.0) {
    return a;
  }
  let b = ring[ring_at(at.node + 1, number, slot)];
  let slope_a = ring[ring_at(at.node, DELAYED + number, slot)];
  let slope_b = ring[ring_at(at.node + 1, KEPT - DELAYED + number, slot)];
  let u = at.part;
  let v = 1.0 - u;
  return v * v * (1.0 + 2.0 * u) * a + u * u * (1.0 + 2.0 * v) * b + now.h * u * v * (v * slope_a - u * slope_b);
}

fn moved(x: State, c: Constants, time: vec2f, inverse: Flat, off: ptr<function, f32>, slot: u32, step: u32) -> State {
  let t = time.x;
  remember(x.high, 0u, slot, step);
  let k1 = rates(x.high, delayed(x.high, c, slot, step, 0.0), c, t);
  remember(k1, DELAYED, slot, step);
  if (KEPT > 2u * DELAYED && step > 0u) {
    let ended = delayed(x.high, c, slot, step - 1u, 1.0);
    remember(rates(x.high, ended, c, t), 2u * DELAYED, slot, step);
  }
  let middle = delayed(x.high, c, slot, step, 0.5);
  let k2 = rates(stepped(x.high, now.half, k1), middle, c, t + now.half);
  let k3 = rates(stepped(x.high, now.half, k2), middle, c, t + now.half);
  let k4 = rates(stepped(x.high, now.h, k3), delayed(x.high, c, slot, step, 1.0), c, t + now.h);
  // The slopes in the middle know the same past; that it bends is in those at the ends, likewise of third order.
  let bent = apart_by(stepped(k1, 1.0, k4), stepped(k2, 1.0, k3), inverse);
  *off = max(*off, now.h * max(apart_by(k2, k3, inverse), bent));
  return increased(x, weighted(k1, k2, k3, k4), now.sixth, now.sixth_rest);
}

/// Exponents of systems with delays are not measured.
fn turn_all(_tangents: ptr<function, array<Flat, EXPONENTS + 1u>>, _x: State, _c: Constants, _time: vec2f) {
}

/// Systems with delays have no sections.
fn cross(_slot: u32, _x: Flat, _y: Flat, _c: Constants, _t: f32) {
}

// requires: dynamics/steps.wgsl
// A map: the next state from the present one, and tangents by its Jacobian there.

fn moved(x: State, c: Constants, t: vec2f, _inverse: Flat, _off: ptr<function, f32>, _slot: u32, _step: u32) -> State {
  return next_of(x, c, t);
}

fn turn_all(tangents: ptr<function, array<Flat, EXPONENTS + 1u>>, x: State, c: Constants, t: vec2f) {
  for (var j = 0u; j < EXPONENTS; j++) {
    (*tangents)[j] = tangent(x.high, (*tangents)[j], c, t.x);
  }
}

/// Maps have no sections.
fn cross(_slot: u32, _x: Flat, _y: Flat, _c: Constants, _t: f32) {
}

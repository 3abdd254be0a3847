// Integers of 64 bits in two words, the lower first, negative ones as their complement.

fn add(a: vec2u, b: vec2u) -> vec2u {
  let low = a.x + b.x;
  return vec2u(low, a.y + b.y + select(0u, 1u, low < a.x));
}

fn negative(a: vec2u) -> vec2u {
  return add(~a, vec2u(1u, 0u));
}

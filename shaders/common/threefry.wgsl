// Threefry4x32 (Salmon, Moraes, Dror & Shaw 2011, doi 10.1145/2063384.2063405): the counter-based generator of every
// gibbs kernel. Mirrors src/random/threefry.ts. Only add, xor and rotate: WGSL has no 32x32 -> 64 multiply.

/// 20 rounds, the library's safe default, or 12, the fewest without a known statistical flaw.
override THREEFRY_ROUNDS: u32 = 20u;

fn threefry_mix(x: ptr<function, vec2u>, y: ptr<function, vec2u>, rotation: vec2u) {
  *x += *y;
  // The swap of the two lanes is the permutation between rounds.
  *y = (((*y << rotation) | (*y >> (vec2u(32u) - rotation))) ^ *x).yx;
}

fn threefry4x32(counter: vec4u, key: vec4u) -> vec4u {
  let parity = 0x1BD11BDAu ^ key.x ^ key.y ^ key.z ^ key.w;
  var x = counter.xz + key.xz;
  var y = counter.yw + key.yw;

  threefry_mix(&x, &y, vec2u(10u, 26u));
  threefry_mix(&x, &y, vec2u(11u, 21u));
  threefry_mix(&x, &y, vec2u(13u, 27u));
  threefry_mix(&x, &y, vec2u(23u, 5u));
  x += vec2u(key.y, key.w);
  y += vec2u(key.z, parity + 1u);

  threefry_mix(&x, &y, vec2u(6u, 20u));
  threefry_mix(&x, &y, vec2u(17u, 11u));
  threefry_mix(&x, &y, vec2u(25u, 10u));
  threefry_mix(&x, &y, vec2u(18u, 20u));
  x += vec2u(key.z, parity);
  y += vec2u(key.w, key.x + 2u);

  threefry_mix(&x, &y, vec2u(10u, 26u));
  threefry_mix(&x, &y, vec2u(11u, 21u));
  threefry_mix(&x, &y, vec2u(13u, 27u));
  threefry_mix(&x, &y, vec2u(23u, 5u));
  x += vec2u(key.w, key.x);
  y += vec2u(parity, key.y + 3u);

  if (THREEFRY_ROUNDS > 12u) {
    threefry_mix(&x, &y, vec2u(6u, 20u));
    threefry_mix(&x, &y, vec2u(17u, 11u));
    threefry_mix(&x, &y, vec2u(25u, 10u));
    threefry_mix(&x, &y, vec2u(18u, 20u));
    x += vec2u(parity, key.y);
    y += vec2u(key.x, key.z + 4u);

    threefry_mix(&x, &y, vec2u(10u, 26u));
    threefry_mix(&x, &y, vec2u(11u, 21u));
    threefry_mix(&x, &y, vec2u(13u, 27u));
    threefry_mix(&x, &y, vec2u(23u, 5u));
    x += key.xz;
    y += vec2u(key.y, key.w + 5u);
  }
  return vec4u(x.x, y.x, x.y, y.y);
}

// The 64-bit product of two words, the low one first.

fn product(a: u32, b: u32) -> vec2u {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let low = a0 * b0;
  let middle = a1 * b0 + (low >> 16u); // cannot overflow: (2^16 - 1)^2 + 2^16 - 1 < 2^32
  let cross = a0 * b1 + (middle & 0xffffu);
  return vec2u((cross << 16u) | (low & 0xffffu), a1 * b1 + (middle >> 16u) + (cross >> 16u));
}

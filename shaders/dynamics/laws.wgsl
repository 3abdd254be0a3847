// requires: common/threefry.wgsl
// requires: dynamics/functions.wgsl
// Numbers that are drawn from laws, and states that keep what f32 leaves of them. A file that requires this one has `run`, with a `zero` that no compiler knows.

/// A number of (0, 1) with 48 bits.
fn share(words: vec2u) -> vec2f {
  let rest = ((words.x & 0xffu) << 16u) | (words.y >> 16u);
  return quick_sum(f32(words.x >> 8u) * 0x1p-24, (f32(rest) + 0.5) * 0x1p-48);
}

/// By its law, from 1 (see LAWS in src/models/dynamics/system.ts), and two numbers of that; without one it is the first.
fn drawn(law: u32, first: vec2f, second: vec2f, words: vec4u) -> vec2f {
  switch law {
    case 1u: {
      return pair_add(first, pair_mul(second, vec2f(normal_pair(words.xy).x, 0.0)));
    }
    case 2u: {
      return pair_add(first, pair_mul(pair_sub(second, first), share(words.xy)));
    }
    case 3u: {
      // The tangent of half a turn less a quarter.
      let angle = turn((words.x >> 1u) - 0x40000000u);
      return pair_add(first, pair_mul(second, vec2f(angle.y / angle.x, 0.0)));
    }
    case 4u: {
      return pair_div(vec2f(-natural_log((f32(words.x) + 0.5) * 0x1p-32), 0.0), first);
    }
    default: {
      return first;
    }
  }
}

/// x and what is left of it, plus an increment times a number that `weight` and `rest` add up to.
fn added(x: f32, low: f32, increment: f32, weight: f32, rest: f32) -> vec2f {
  let step = opaque(increment * weight);
  let y = opaque(x + step);
  // What of the step has not come into y, and what of the weight not into the step: far below the last digit of y, and always on one side.
  let left = opaque((low + increment * rest) + opaque(step - opaque(y - x)));
  return quick_sum(y, left);
}

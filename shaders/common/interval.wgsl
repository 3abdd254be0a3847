// Interval arithmetic: (least, most) of an expression whose operands lie in intervals. Not rounded outwards; whoever needs a
// bound adds a margin. Mirrors `range` in src/models/gillespie/interval.ts.

const TWO_PI = 6.28318530717958648;

fn hull4(a: f32, b: f32, c: f32, d: f32) -> vec2f { return vec2f(min(min(a, b), min(c, d)), max(max(a, b), max(c, d))); }
fn hull2(a: f32, b: f32) -> vec2f { return vec2f(min(a, b), max(a, b)); }

fn interval_sub(a: vec2f, b: vec2f) -> vec2f { return vec2f(a.x - b.y, a.y - b.x); }
fn interval_mul(a: vec2f, b: vec2f) -> vec2f { return hull4(a.x * b.x, a.x * b.y, a.y * b.x, a.y * b.y); }
fn interval_pow(a: vec2f, b: vec2f) -> vec2f { return hull4(pow(a.x, b.x), pow(a.x, b.y), pow(a.y, b.x), pow(a.y, b.y)); }

/// The largest number stands for "unbounded": the caller finds it.
fn interval_div(a: vec2f, b: vec2f) -> vec2f {
  if (b.x <= 0.0 && b.y >= 0.0) {
    return vec2f(-3.4e38, 3.4e38);
  }
  return hull4(a.x / b.x, a.x / b.y, a.y / b.x, a.y / b.y);
}

fn interval_abs(a: vec2f) -> vec2f {
  let ends = hull2(abs(a.x), abs(a.y));
  return vec2f(select(ends.x, 0.0, a.x <= 0.0 && a.y >= 0.0), ends.y);
}

fn interval_square(a: vec2f) -> vec2f { let b = interval_abs(a); return b * b; }

/// With its crests at `crest` + 2 pi k.
fn interval_wave(a: vec2f, ends: vec2f, crest: f32) -> vec2f {
  let most = floor((a.y - crest) / TWO_PI) >= ceil((a.x - crest) / TWO_PI);
  let trough = crest + 0.5 * TWO_PI;
  let least = floor((a.y - trough) / TWO_PI) >= ceil((a.x - trough) / TWO_PI);
  return vec2f(select(ends.x, -1.0, least), select(ends.y, 1.0, most));
}
fn interval_sin(a: vec2f) -> vec2f { return interval_wave(a, hull2(sin(a.x), sin(a.y)), 0.25 * TWO_PI); }
fn interval_cos(a: vec2f) -> vec2f { return interval_wave(a, hull2(cos(a.x), cos(a.y)), 0.0); }

// Truths: (1, 1) where something holds whatever the operands are, (0, 0) where it never does, (0, 1) where they do not decide it.
fn interval_less(a: vec2f, b: vec2f) -> vec2f { return select(vec2f(), vec2f(1.0), vec2<bool>(a.y < b.x, a.x < b.y)); }
fn interval_not(a: vec2f) -> vec2f { return 1.0 - a.yx; }
fn interval_truth(a: vec2f) -> vec2f {
  return select(vec2f(), vec2f(1.0), vec2<bool>(a.x > 0.0 || a.y < 0.0, a.x != 0.0 || a.y != 0.0));
}
fn interval_equal(a: vec2f, b: vec2f) -> vec2f {
  return select(vec2f(), vec2f(1.0), vec2<bool>(a.x == a.y && b.x == b.y && a.x == b.x, a.x <= b.y && b.x <= a.y));
}
fn interval_if(truth: vec2f, yes: vec2f, no: vec2f) -> vec2f {
  let either = vec2f(min(yes.x, no.x), max(yes.y, no.y));
  let known = truth.x == truth.y;
  return select(either, select(no, yes, truth.x != 0.0), known);
}

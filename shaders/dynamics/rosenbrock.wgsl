// requires: dynamics/adaptive.wgsl
// The method of Shampine and Reichelt (1997, doi 10.1137/S1064827594276424) for stiff flows: a Rosenbrock formula of order 2, with an error estimate of
// third order and an interpolant of order 2. A step solves three systems with one matrix, 1 - h g J, of the Jacobian J at its start. Right sides that
// cancel are rounded by far more than they come to, and what solves the system divides that by the same rates: what is left is some units of the last
// place of a variable.

/// The error is of third order in the step.
const OF_ERROR = 0.23333333;
const OF_LAST = 0.13333333;
/// What grows from 0 as the time cubed is off by a third of itself in a first step of any length.
const NOTHING = 1e-15;

/// 1 / (2 + sqrt 2), by which the method forgets what is infinitely fast, and 6 + sqrt 2.
const GAMMA = 0.29289323;
const OF_SECOND = 7.4142137;

/// The bits of the smallest number that every device has.
const SMALLEST = 0x00800000u;

/// Numbers of the variables that change.
alias Row = array<f32, MOVING>;

/// L, whose diagonal is 1, and U in one matrix, and which of its rows is whose.
struct Factors {
  rows: array<Row, MOVING>,
  order: array<u32, MOVING>,
  singular: bool,
}

/// Slopes by which a step is made, and where it comes to.
struct Made {
  first: Flat,
  /// The second less the first.
  second: Flat,
  y: State,
  /// The right side at the end, from which the next step begins.
  next: Flat,
  error: f32,
}

fn number_or_zero(x: f32) -> f32 {
  return select(x, 0.0, size_of(x) >= NO_NUMBER);
}

/// 1 - a J as L U, by Gauss. The row with the largest number in the sizes of the variables comes first, lest units decide. What of J is no number counts
/// as 0: the formula has its order with any matrix.
fn factors_of(a: f32, x: Flat, c: Constants, t: f32, inverse: Flat) -> Factors {
  var own = Factors();
  var scale = row_of(inverse);
  own.rows = jacobian(x, c, t);
  for (var i = 0u; i < MOVING; i++) {
    own.order[i] = i;
    for (var j = 0u; j < MOVING; j++) {
      let slope = own.rows[i][j];
      own.rows[i][j] = select(0.0, 1.0, i == j) - a * number_or_zero(slope);
    }
  }
  for (var k = 0u; k < MOVING; k++) {
    // Indices that do not depend on numbers leave the matrix in registers: rows change places one by one.
    for (var i = k + 1u; i < MOVING; i++) {
      if (abs(own.rows[i][k]) * scale[i] > abs(own.rows[k][k]) * scale[k]) {
        let row = own.rows[i];
        own.rows[i] = own.rows[k];
        own.rows[k] = row;
        let size = scale[i];
        scale[i] = scale[k];
        scale[k] = size;
        let place = own.order[i];
        own.order[i] = own.order[k];
        own.order[k] = place;
      }
    }
    // Below it a quotient may be none.
    own.singular = own.singular || size_of(own.rows[k][k]) < SMALLEST;
    for (var i = k + 1u; i < MOVING; i++) {
      let part = own.rows[i][k] / own.rows[k][k];
      own.rows[i][k] = part;
      for (var j = k + 1u; j < MOVING; j++) {
        own.rows[i][j] -= part * own.rows[k][j];
      }
    }
  }
  return own;
}

fn solved_row(own: ptr<function, Factors>, right: Row) -> Row {
  var x = Row();
  for (var i = 0u; i < MOVING; i++) {
    var rest = right[(*own).order[i]];
    for (var j = 0u; j < i; j++) {
      rest -= (*own).rows[i][j] * x[j];
    }
    x[i] = rest;
  }
  for (var n = MOVING; n > 0u; n--) {
    let i = n - 1u;
    var rest = x[i];
    for (var j = n; j < MOVING; j++) {
      rest -= (*own).rows[i][j] * x[j];
    }
    x[i] = rest / (*own).rows[i][i];
  }
  return x;
}

fn solved(own: ptr<function, Factors>, right: Flat) -> Flat {
  return flat_of(solved_row(own, row_of(right)));
}

/// What rounding of the right sides comes to in a slope, at most: by each of them alone, whatever its sign.
fn solved_rounding(own: ptr<function, Factors>, noise: Flat) -> Flat {
  let sizes = row_of(noise);
  var sum = Row();
  for (var j = 0u; j < MOVING; j++) {
    var single = Row();
    single[j] = sizes[j];
    let part = solved_row(own, single);
    for (var i = 0u; i < MOVING; i++) {
      sum[i] += abs(part[i]);
    }
  }
  return flat_of(sum);
}

/// No more than the tolerance allows of a variable's size: rounding of what is slow grows with the step, and a shorter one has less of it.
fn within_tolerance(noise: f32, inverse: f32) -> f32 {
  return min(abs(noise), adaptive.tolerance / (ROUNDING * inverse));
}

/// A step from x, where the right side is k; it ends at the time `end`.
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
  let a = GAMMA * h;
  var w = factors_of(a, x.high, c, t, inverse);
  let driven = times(a, in_time(x.high, c, t));
  let first = solved(&w, stepped(k, 1.0, driven));
  let middle = rates(stepped(x.high, 0.5 * h, first), c, t + 0.5 * h);
  let second = solved(&w, less(middle, first));
  let slope = stepped(first, 1.0, second);
  let y = increased(x, slope, h, 0.0);
  let next = rates(y.high, c, end);
  let right = stepped(stepped(next, -OF_SECOND, less(slope, middle)), -2.0, less(first, k));
  let third = solved(&w, stepped(right, 1.0, driven));
  let e = times(h / 6.0, stepped(less(third, first), -2.0, second));
  let change = times(h, first);
  var error = error_in(e, x.high, y.high, change, times(0.0, first), inverse);
  if (error > 1.0) {
    let noise = capped(times(h, solved_rounding(&w, rounded(x.high, c, t))), inverse);
    error = error_in(e, x.high, y.high, change, noise, inverse);
  }
  if (w.singular) {
    error = nan();
  }
  *made = Made(first, second, y, next, error);
}

/// The sum of slopes up to a part u of the step.
fn up_to(u: f32, k: Flat, made: ptr<function, Made>) -> Flat {
  return stepped(times(u, (*made).first), u * (u - 2.0 * GAMMA) / (1.0 - 2.0 * GAMMA), (*made).second);
}

/// There are no exponents: tangents would need second derivatives of the right sides.
fn turned(v: Flat, x: Flat, made: ptr<function, Made>, c: Constants, t: f32, h: f32) -> Flat {
  return v;
}

// requires: dynamics/ensemble.wgsl
// Steps that are the same for all trajectories, and what is measured on the way. A method's own file requires this one and has `moved`, which makes a
// step of the state in a slot, so many from t = 0, and says how far from converged it is, and `turn_all`, which makes that of the tangents.

@compute @workgroup_size(WORKGROUP)
fn advance(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  // An invocation has TOGETHER trajectories, as far apart as there are invocations: on a CPU the operations of one wait for each other.
  let apart = (run.slots + TOGETHER - 1u) / TOGETHER;
  let first = slot_of(id, groups);
  if (first >= apart) {
    return;
  }
  var slots: array<u32, TOGETHER>;
  var exists: array<bool, TOGETHER>;
  var c: array<Constants, TOGETHER>;
  var x: array<State, TOGETHER>;
  var size: array<u32, TOGETHER>;
  var off: array<f32, TOGETHER>;
  var inverse: array<Flat, TOGETHER>;
  var tangents: array<array<Flat, EXPONENTS + 1u>, TOGETHER>;
  for (var k = 0u; k < TOGETHER; k++) {
    // Where there are too few the last is moved once more, and forgotten.
    exists[k] = first + k * apart < run.slots;
    let slot = min(first + k * apart, run.slots - 1u);
    slots[k] = slot;
    c[k] = constants_at((slot / run.count) * CONSTANTS);
    x[k] = State(loaded(0u, slot), loaded(LOW, slot));
    inverse[k] = inverse_sizes((slot / run.count) * VARIABLES);
    size[k] = record[slot];
    off[k] = bitcast<f32>(record[run.slots + slot]);
    for (var j = 0u; j < EXPONENTS; j++) {
      tangents[k][j] = loaded(TANGENTS + j * VARIABLES, slot);
    }
    if (EXPONENTS > 0u && now.done == 0u) {
      orthonormalise(&tangents[k], inverse[k], slot, false);
    }
  }
  let measures = now.per_row > 0u;
  if (measures && now.done == 0u) {
    for (var k = 0u; k < TOGETHER; k++) {
      if (exists[k]) {
        if (SECTION) {
          begin_crossings(slots[k]);
        }
        measure(0u, slots[k], x[k], c[k], time_after(0u), size[k], now.first_step);
      }
    }
  }
  // Counted down, for a division of integers costs more than a step.
  var to_row = select(0u, now.per_row - now.done % max(now.per_row, 1u), measures);
  var to_frame = run.every - now.done % run.every;
  for (var n = 0u; n < now.count; n++) {
    let made = now.done + n;
    let t = time_after(made);
    let after = made + 1u;
    if (EXPONENTS > 0u) {
      to_frame--;
      let frames = to_frame == 0u || after == now.total;
      for (var k = 0u; k < TOGETHER; k++) {
        turn_all(&tangents[k], x[k], c[k], t);
        if (frames) {
          orthonormalise(&tangents[k], inverse[k], slots[k], measures && exists[k]);
        }
      }
      to_frame = select(to_frame, run.every, frames);
    }
    for (var k = 0u; k < TOGETHER; k++) {
      if (DELAYED > 0u && !exists[k]) {
        continue; // what the last one remembers is its own invocation's
      }
      let begin = x[k].high;
      x[k] = moved(x[k], c[k], t, inverse[k], &off[k], slots[k], now.first_step + made);
      if (SECTION && measures && exists[k]) {
        cross(slots[k], begin, x[k].high, c[k], t.x);
      }
      size[k] = max(size[k], largest(x[k].high));
    }
    to_row--;
    if (to_row == 0u) {
      for (var k = 0u; k < TOGETHER; k++) {
        if (exists[k]) {
          measure(after / now.per_row, slots[k], x[k], c[k], time_after(after), size[k], now.first_step + after);
        }
      }
      to_row = now.per_row;
    }
  }
  for (var k = 0u; k < TOGETHER; k++) {
    if (!exists[k]) {
      continue;
    }
    let slot = slots[k];
    for (var j = 0u; j < EXPONENTS; j++) {
      stored(TANGENTS + j * VARIABLES, slot, tangents[k][j]);
      if (measures && now.done + now.count == now.total) {
        put_exponent(j, slot, now.span, size[k]);
      }
    }
    if (SECTION && measures && now.done + now.count == now.total) {
      put_crossings(slot, size[k]);
    }
    stored(0u, slot, x[k].high);
    stored(LOW, slot, x[k].low);
    record[slot] = size[k];
    record[run.slots + slot] = bitcast<u32>(off[k]);
    // What diverges has steps of any error.
    if (now.done + now.count == now.total && size[k] < NO_NUMBER) {
      atomicMax(&worst, size_of(off[k]));
    }
  }
}

// Delayed reactions (Cai 2007, doi 10.1063/1.2710253; Barrio et al. 2006, doi 10.1371/journal.pcbi.0020117): what has begun waits until it
// completes, and a completion is a stop of the trajectory. Waiting times have no memory, so the next one is drawn again there.
//
// The list is a heap in the trajectory's state, its size first, then for each place when it is due and which completion it is. What is
// generated: find_wait(), how long a reaction takes, and complete().

const WAIT_WORDS = 3u;

/// When the next completion is due.
var<private> wait_j: u32;
var<private> wait_f: f32;

fn wait_word(at: u32, word: u32) -> u32 {
  return value_word(WAITING_LIST + 1u + WAIT_WORDS * at + word);
}

fn find_next_wait(many: u32) {
  wait_j = NEVER;
  wait_f = 0.0;
  if (many > 0u) {
    wait_j = state[wait_word(0u, 0u)];
    wait_f = bitcast<f32>(state[wait_word(0u, 1u)]);
  }
}

fn clear_waiting() {
  state[value_word(WAITING_LIST)] = 0u;
  find_next_wait(0u);
}

fn load_waiting() {
  find_next_wait(state[value_word(WAITING_LIST)]);
}

fn is_due_before(a: vec3u, b: vec3u) -> bool {
  return a.x < b.x || (a.x == b.x && bitcast<f32>(a.y) < bitcast<f32>(b.y));
}

fn wait_at(at: u32) -> vec3u {
  return vec3u(state[wait_word(at, 0u)], state[wait_word(at, 1u)], state[wait_word(at, 2u)]);
}

fn put_wait(at: u32, wait: vec3u) {
  state[wait_word(at, 0u)] = wait.x;
  state[wait_word(at, 1u)] = wait.y;
  state[wait_word(at, 2u)] = wait.z;
}

/// A reaction has begun. False where the list is full, or the delay is negative or no number.
fn initiate(reaction: u32, half: u32) -> bool {
  let completion = find_wait(reaction, half);
  if (completion == NEVER) {
    return true;
  }
  if (delay_rest < 0.0 || is_wrong(delay_rest) || draw_failed) {
    return false;
  }
  let many = state[value_word(WAITING_LIST)];
  if (many == MOST_WAITING) {
    return false;
  }
  let end = f + delay_rest;
  let whole = floor(end);
  var due = vec3u(NEVER, 0u, completion); // long after the end
  if (whole + f32(delay_units) < 4294967040.0 - f32(j)) {
    due = vec3u(j + delay_units + u32(whole), bitcast<u32>(end - whole), completion);
  }
  var at = many;
  while (at > 0u) {
    let parent = (at - 1u) >> 1u;
    let above = wait_at(parent);
    if (!is_due_before(due, above)) {
      break;
    }
    put_wait(at, above);
    at = parent;
  }
  put_wait(at, due);
  state[value_word(WAITING_LIST)] = many + 1u;
  find_next_wait(many + 1u);
  return true;
}

fn remove_first() {
  let many = state[value_word(WAITING_LIST)] - 1u;
  let last = wait_at(many);
  var at = 0u;
  loop {
    var child = 2u * at + 1u;
    if (child >= many) {
      break;
    }
    if (child + 1u < many && is_due_before(wait_at(child + 1u), wait_at(child))) {
      child++;
    }
    let below = wait_at(child);
    if (!is_due_before(below, last)) {
      break;
    }
    put_wait(at, below);
    at = child;
  }
  put_wait(at, last);
  state[value_word(WAITING_LIST)] = many;
  find_next_wait(many);
}

/// All that is due now. False where a count leaves its range.
fn complete_due() -> bool {
  while (wait_j < j || (wait_j == j && wait_f <= f)) {
    let completion = state[wait_word(0u, 2u)];
    remove_first();
    if (!complete(completion)) {
      return false;
    }
  }
  return true;
}

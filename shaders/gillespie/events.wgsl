// Events as SBML has them (Level 3 Version 2, section 4.11): triggered when a condition becomes true, executed at once or after a
// delay, of those that are due together the one of the highest priority first and equal ones in random order; after each execution
// the conditions are looked at again. What the network's events are - triggers(), compute_values(), apply_event(), priority_of(),
// find_delay() - is generated. One bit stands for one event.
//
// Conditions of time alone are clocks: bits of `truths`, which change at the moments of a schedule. Values of the time of the
// trigger wait in the trajectory's state, VALUES words for those of all events, and a place of the queue for each delayed one.

/// Executions at one time, at most: more never end.
const MOST_ROUNDS = 256u;
/// Kinds of random blocks of a draw that order events: of the start, of the two halves of a draw, and of a leap.
const KIND_ORDER = 4u;
const KIND_ORDER_LEAP = 7u;
/// Words of a place of the queue before its values: when it is due, and for which event.
const PLACE = 3u;

/// A random number was asked of a law that has none.
var<private> draw_failed: bool;
var<private> armed: u32; // events whose trigger is false
var<private> moment: u32; // moments of the schedule that have been
var<private> truths: u32;
var<private> order_kind: u32;
/// When the next delayed event is due.
var<private> queue_j: u32;
var<private> queue_f: f32;

fn schedule_at(word: u32) -> u32 {
  return points[ROWS + place.y * ROW + STOPS + word];
}

fn load_truths() {
  truths = schedule_at(3u * moment);
}

/// The state's word of a value that waits.
fn value_word(word: u32) -> u32 {
  return (SPECIES + STATE_WORDS + VARIABLES + word) * run.slots + slot;
}

fn queue_word(at: u32, word: u32) -> u32 {
  return value_word(VALUES + at * (PLACE + MOST_VALUES) + word);
}

/// QUEUE. Compilers do not know it, so they do not write loops over it out: that would take them a minute.
fn places() -> u32 {
  return select(QUEUE, 0u, run.slots == 0u);
}

fn clear_queue() {
  for (var at = 0u; at < places(); at++) {
    state[queue_word(at, 2u)] = NEVER;
  }
  queue_j = NEVER;
  queue_f = 0.0;
}

fn wait_until(due_j: u32, due_f: f32) {
  if (due_j < queue_j || (due_j == queue_j && due_f < queue_f)) {
    queue_j = due_j;
    queue_f = due_f;
  }
}

/// False where the queue is full, or the delay is negative or no number.
fn enqueue(event: u32) -> bool {
  find_delay(event);
  if (delay_rest < 0.0 || is_wrong(delay_rest)) {
    return false;
  }
  let end = f + delay_rest;
  let whole = floor(end);
  if (whole + f32(delay_units) >= 4294967040.0 - f32(j)) {
    return true; // long after the end
  }
  var free = NEVER;
  for (var at = 0u; at < places(); at++) {
    free = select(free, at, state[queue_word(at, 2u)] == NEVER);
  }
  if (free == NEVER) {
    return false;
  }
  state[queue_word(free, 0u)] = j + delay_units + u32(whole);
  state[queue_word(free, 1u)] = bitcast<u32>(end - whole);
  state[queue_word(free, 2u)] = event;
  let own = values_of(event);
  for (var k = 0u; k < own.y; k++) {
    state[queue_word(free, PLACE + k)] = state[value_word(own.x + k)];
  }
  return true;
}

/// With those delayed events that are due now, one of each: of the next its turn comes when that one has been executed. Values are put
/// where values wait. With nothing to take it finds when the next one is due.
fn take_due(due: u32) -> u32 {
  var taken = due;
  queue_j = NEVER;
  queue_f = 0.0;
  for (var at = 0u; at < places(); at++) {
    let event = state[queue_word(at, 2u)];
    if (event == NEVER) {
      continue;
    }
    let due_j = state[queue_word(at, 0u)];
    let due_f = bitcast<f32>(state[queue_word(at, 1u)]);
    let is_due = due_j < j || (due_j == j && due_f <= f);
    if (!is_due || (taken & (1u << event)) != 0u) {
      wait_until(due_j, due_f);
      continue;
    }
    let own = values_of(event);
    for (var k = 0u; k < own.y; k++) {
      state[value_word(own.x + k)] = state[queue_word(at, PLACE + k)];
    }
    state[queue_word(at, 2u)] = NEVER;
    taken |= 1u << event;
  }
  return taken;
}

/// Forgets the delayed events of these.
fn drop_delayed(events: u32) {
  for (var at = 0u; at < places(); at++) {
    let event = state[queue_word(at, 2u)];
    if (event != NEVER && (events & (1u << event)) != 0u) {
      state[queue_word(at, 2u)] = NEVER;
    }
  }
}

/// Of several events that are due together.
fn first_of(due: u32, round: u32) -> u32 {
  var equal = due;
  if (PRIORITIES) {
    var highest = -3.4e38;
    equal = 0u;
    for (var rest = due; rest != 0u; rest &= rest - 1u) {
      let event = firstTrailingBit(rest);
      let priority = priority_of(event);
      if (priority > highest) {
        highest = priority;
        equal = 0u;
      }
      equal |= select(0u, 1u << event, priority == highest);
    }
  }
  let many = countOneBits(equal);
  if (many > 1u && !LISTED) {
    let word = threefry4x32(vec4u(place, order_kind + (round << 20u)), key).x;
    for (var skip = ((word >> 8u) * many) >> 24u; skip > 0u; skip--) {
      equal &= equal - 1u;
    }
  }
  return firstTrailingBit(equal);
}

/// Executes what is due now.
fn settle() {
  var due = 0u;
  for (var round = 0u; round < MOST_ROUNDS; round++) {
    let held = triggers();
    let over = ~held & ~PERSISTENT;
    if (QUEUE > 0u && queue_j != NEVER && over != 0u) {
      drop_delayed(over);
    }
    due &= ~over;
    var fresh = held & armed;
    armed = ~held;
    if ((fresh & due) != 0u) {
      status = FAILED; // triggered again before it was executed
      return;
    }
    for (; fresh != 0u; fresh &= fresh - 1u) {
      let event = firstTrailingBit(fresh);
      if ((AT_TRIGGER & (1u << event)) != 0u) {
        compute_values(event);
      }
      if ((DELAYED & (1u << event)) == 0u) {
        due |= 1u << event;
      } else if (!enqueue(event)) {
        status = FAILED;
        return;
      }
      if (DRAWS && draw_failed) {
        status = FAILED;
        return;
      }
    }
    if (QUEUE > 0u) {
      due = take_due(due);
    }
    if (due == 0u) {
      return;
    }
    let event = first_of(due, round);
    due &= ~(1u << event);
    if (!apply_event(event) || signs() < 0 || (DRAWS && draw_failed)) {
      status = FAILED;
      return;
    }
  }
  status = FAILED;
}

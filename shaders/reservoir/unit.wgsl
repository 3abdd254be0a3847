// requires: common/threefry.wgsl
// What all kernels of echo-state networks share: one unit's step. A bundle is a group of networks with the same topology that run
// side by side, LANES of them in one vector, BLOCKS vectors; the vector types and `gather`, which reads a row of the series for each
// lane, are written for the size of the vector in src/models/reservoir/lanes.ts.
//
//   r(t) = (1 - a) r(t-1) + a f(rho W r(t-1) + sigma W_in u(t) + beta b) + noise
//
// The kernels that include this define where state and input stand: `state_before`, `state_now`, `input_now`.

struct Run {
  seed: vec2u,
  /// Units of a layer, and of all layers.
  units: u32,
  all_units: u32,
  layers: u32,
  /// Links of a unit: from inputs or the layer below, and from its own layer.
  fan: u32,
  degree: u32,
  inputs: u32,
  outputs: u32,
  /// Input columns of the series, and all its columns.
  columns: u32,
  width: u32,
  /// Words of a row of features, a multiple of 4.
  row: u32,
  /// Inputs that are not fed back from outputs.
  exogenous: u32,
  /// Words of the table of one topology.
  table: u32,
  /// 2^23 over the largest value that a feature may have: of states, inputs and targets.
  state_scale: f32,
  input_scale: f32,
  target_scale: f32,
  /// Steps of a forecast that are driven by the series, and predictions after them.
  driven: u32,
  horizon: u32,
  /// Signals that differ, where networks read what others put out.
  fields: u32,
}

/// What differs between the dispatches of a submission.
struct Step {
  first: u32,
  count: u32,
  /// Features are kept from this step on.
  keep: u32,
  layer: u32,
}

struct Bundle {
  topology: u32,
  /// The first of its members, and how many there are.
  member: u32,
  members: u32,
  /// The first input column, and the column of the first target.
  input: u32,
  target_column: u32,
  /// The number of the random network: its noise is its own.
  network: u32,
  /// The signal that it reads and writes, and 1 if it is the first to do so.
  field: u32,
  leads: u32,
}

struct Settings {
  spectral_radius: Lanes,
  input_scaling: Lanes,
  leak_rate: Lanes,
  bias: Lanes,
  noise: Lanes,
  /// The row of the series at step 0.
  row: Index,
}

@group(0) @binding(0) var<uniform> run: Run;
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read> bundles: array<Bundle>;
/// [bundle][block].
@group(0) @binding(3) var<storage, read> settings: array<Settings>;
/// [topology]: links as (source, weight), [fan + degree][unit]; then biases, two a pair.
@group(0) @binding(4) var<storage, read> links: array<vec2u>;
/// [row][column], inputs before targets.
@group(0) @binding(5) var<storage, read> series: array<f32>;

override WORKGROUP: u32;
override LINEAR: bool = false;
override NOISY: bool = false;
/// Every unit is linked to every other of its layer: sources need not be read.
override DENSE: bool = false;
override PURPOSE: u32 = 0u;

/// Beyond, tanh is 1 in 32 bits, and exp would overflow.
const FLAT = 10.0;

fn activation(x: Lanes) -> Lanes {
  if (LINEAR) {
    return x;
  }
  // One exponential; WGSL's tanh is allowed ten times this error, and NaN for large x was seen.
  return Lanes(1.0) - Lanes(2.0) / (exp(2.0 * clamp(x, Lanes(-FLAT), Lanes(FLAT))) + Lanes(1.0));
}

fn bias_of(bundle: Bundle, unit: u32) -> f32 {
  let pair = links[bundle.topology * run.table + (run.fan + run.degree) * run.all_units + unit / 2u];
  return bitcast<f32>(select(pair.x, pair.y, unit % 2u == 1u));
}

/// Uniform on [-1, 1), the same for all members of a bundle.
fn noise_of(bundle: Bundle, unit: u32, time: u32) -> f32 {
  let words = threefry4x32(vec4u(unit / 4u, time, 0u, 0u), vec4u(run.seed, PURPOSE, bundle.network));
  return f32(bitcast<i32>(words[unit % 4u]) >> 8u) * 0x1p-23;
}

/// Those of the bundle, read once: a loop would read them for every unit.
var<private> own_settings: array<Settings, BLOCKS>;

fn load_settings(bundle_index: u32) {
  for (var block = 0u; block < BLOCKS; block++) {
    own_settings[block] = settings[bundle_index * BLOCKS + block];
  }
}

/// The next states of a unit, all blocks.
fn advance_unit(bundle: Bundle, layer: u32, unit: u32, time: u32) -> array<Lanes, BLOCKS> {
  var driven: array<Lanes, BLOCKS>;
  var recurrent: array<Lanes, BLOCKS>;
  var at = bundle.topology * run.table + unit;
  for (var k = 0u; k < run.fan; k++) {
    let link = links[at];
    let weight = bitcast<f32>(link.y);
    for (var block = 0u; block < BLOCKS; block++) {
      if (layer == 0u) {
        driven[block] += weight * input_now(link.x, block);
      } else {
        driven[block] += weight * state_now(link.x, block);
      }
    }
    at += run.all_units;
  }
  let base = layer * run.units;
  for (var k = 0u; k < run.degree; k++) {
    let link = links[at];
    let weight = bitcast<f32>(link.y);
    var source = link.x;
    if (DENSE) {
      source = base + k;
    }
    for (var block = 0u; block < BLOCKS; block++) {
      recurrent[block] += weight * state_before(source, block);
    }
    at += run.all_units;
  }
  let bias = bias_of(bundle, unit);
  var next: array<Lanes, BLOCKS>;
  for (var block = 0u; block < BLOCKS; block++) {
    let own = own_settings[block];
    let total = own.spectral_radius * recurrent[block] + own.input_scaling * driven[block] + own.bias * bias;
    next[block] = (Lanes(1.0) - own.leak_rate) * state_before(unit, block) + own.leak_rate * activation(total);
    if (NOISY) {
      next[block] += own.noise * noise_of(bundle, unit, time);
    }
  }
  return next;
}

// requires: common/threefry.wgsl
// The Ising model as it is written first: one u32 a spin, a random number for each, four spins a thread. No simulation uses
// it; it is what the packed kernel is measured against, with the same generator and the same Metropolis thresholds.

override WIDTH: u32;
override HEIGHT: u32;
override WORKGROUP: u32 = 64u;

struct Run {
  seed: vec2u,
  purpose: u32,
  replica: u32,
  sweep: u32,
}

struct Step {
  sweep: u32,
  colour: u32,
}

/// Row-major, 1 up and 0 down.
@group(0) @binding(0) var<storage, read_write> spins: array<u32>;
/// Acceptance of flips that break three and four bonds, in units of 2^-32.
@group(0) @binding(1) var<storage, read> thresholds: array<u32>;
@group(0) @binding(2) var<uniform> run: Run;
@group(0) @binding(3) var<uniform> step: Step;

fn offer(x: u32, y: u32, random: u32) {
  let row = y * WIDTH;
  let left = select(x - 1u, WIDTH - 1u, x == 0u);
  let right = select(x + 1u, 0u, x == WIDTH - 1u);
  let above = select(y - 1u, HEIGHT - 1u, y == 0u) * WIDTH;
  let below = select(y + 1u, 0u, y == HEIGHT - 1u) * WIDTH;
  let spin = spins[row + x];
  let up = spins[row + left] + spins[row + right] + spins[above + x] + spins[below + x];
  let aligned = select(4u - up, up, spin == 1u);
  if (aligned <= 2u || random < thresholds[aligned - 3u]) {
    spins[row + x] = 1u - spin;
  }
}

@compute @workgroup_size(WORKGROUP)
fn plain_half_sweep(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let thread = id.x + id.y * groups.x * WORKGROUP;
  let per_row = WIDTH / 8u;
  let y = thread / per_row;
  if (y >= HEIGHT) {
    return;
  }
  let first = 8u * (thread - y * per_row) + ((y + step.colour) & 1u);
  let counter = vec4u(thread, run.sweep + step.sweep, 0u, step.colour);
  let random = threefry4x32(counter, vec4u(run.seed, run.purpose, run.replica));
  offer(first, y, random.x);
  offer(first + 2u, y, random.y);
  offer(first + 4u, y, random.z);
  offer(first + 6u, y, random.w);
}

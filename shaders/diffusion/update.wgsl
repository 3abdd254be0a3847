// requires: diffusion/sampler_state.wgsl
// One stage of samples whose denoiser is a kernel of its own: an invocation makes four dimensions of one sample.

struct Step {
  stage: u32,
}

/// [dimension][sample]: denoised for the class requested, and for none where there is guidance.
@group(0) @binding(6) var<storage, read> denoised: array<f32>;
@group(0) @binding(7) var<storage, read> unguided: array<f32>;
@group(0) @binding(8) var<uniform> step: Step;

override DIMENSIONS: u32;
override GUIDES: bool;

@compute @workgroup_size(WORKGROUP)
fn update(
  @builtin(workgroup_id) id: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let sample = id.x * WORKGROUP + lane;
  let block = id.y;
  if (sample >= run.samples) {
    return;
  }
  let stage = stages[step.stage];
  let denoises = (stage.flags & DENOISES) != 0u;
  var noise = vec4f();
  if (stage.s != 0.0) {
    noise = noise_of(sample, block, stage.draw, STEPS);
  }
  var given = vec4f();
  if (INPAINTS) {
    given = noise_of(sample, block, stage.draw, GIVEN);
  }
  for (var part = 0u; part < min(4u, DIMENSIONS - 4u * block); part++) {
    let i = 4u * block + part;
    let place = i * run.stride + sample;
    let now = x[place];
    var d = 0.0;
    var e = 0.0;
    if (denoises) {
      d = denoised[place];
      if (GUIDES) {
        d += run.guidance * (d - unguided[place]);
      }
      e = select(0.0, (now - stage.signal * d) / stage.noise, stage.noise > 0.0);
      if (CLIPS) {
        d = clamp(d, -run.clip, run.clip);
      }
    }
    var next = stage.a * now + stage.h * e + stage.g * d + stage.s * noise[part];
    if (KEEPS) {
      next += stage.c * previous[place] + stage.e * kept[place];
      if ((stage.flags & KEEPS_SAMPLE) != 0u) {
        kept[place] = now;
      }
      if ((stage.flags & KEEPS_DENOISED) != 0u) {
        previous[place] = d;
      }
    }
    if (INPAINTS) {
      next = select(next, stage.next_signal * known[i].x + stage.next_noise * given[part], known[i].y != 0.0);
    }
    x[place] = next;
  }
}

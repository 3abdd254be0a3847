// requires: diffusion/sampler_state.wgsl
// All stages of a run in one dispatch, an invocation a sample: for denoisers that need nothing but the sample. The module brings
//   fn denoise(sample: ptr<function, Sample>, stage: Stage, at: u32, label: i32, d: ptr<function, Sample>, e: ptr<function, Sample>)
// and what is written for a run before it DIMENSIONS and alias Sample = array<f32, DIMENSIONS>.

@compute @workgroup_size(WORKGROUP)
fn advance(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let sample = (id.y * groups.x + id.x) * WORKGROUP + lane;
  if (sample >= run.samples) {
    return;
  }
  let label = label_of(sample);
  var now: Sample;
  var old: Sample;
  var before: Sample;
  for (var i = 0u; i < DIMENSIONS; i++) {
    now[i] = x[i * run.stride + sample];
    if (KEEPS) {
      old[i] = kept[i * run.stride + sample];
      before[i] = previous[i * run.stride + sample];
    }
  }
  for (var at = run.first_stage; at < run.first_stage + run.stages; at++) {
    let stage = stages[at];
    var d = Sample();
    var e = Sample();
    if ((stage.flags & DENOISES) != 0u) {
      denoise(&now, stage, at, label, &d, &e);
      if (CLIPS) {
        clip(&d);
      }
    }
    for (var block = 0u; block < (DIMENSIONS + 3u) / 4u; block++) {
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
        var next = stage.a * now[i] + stage.h * e[i] + stage.g * d[i] + stage.s * noise[part];
        if (KEEPS) {
          next += stage.c * before[i] + stage.e * old[i];
          if ((stage.flags & KEEPS_SAMPLE) != 0u) {
            old[i] = now[i];
          }
          if ((stage.flags & KEEPS_DENOISED) != 0u) {
            before[i] = d[i];
          }
        }
        if (INPAINTS) {
          next = select(next, stage.next_signal * known[i].x + stage.next_noise * given[part], known[i].y != 0.0);
        }
        now[i] = next;
      }
    }
  }
  for (var i = 0u; i < DIMENSIONS; i++) {
    x[i * run.stride + sample] = now[i];
    if (KEEPS) {
      kept[i * run.stride + sample] = old[i];
      previous[i * run.stride + sample] = before[i];
    }
  }
}

/// Within the bound; or by dynamic thresholding (Saharia et al. 2022, arXiv 2205.11487, section 2.3), which scales it down by a quantile.
fn clip(d: ptr<function, Sample>) {
  if (run.threshold == 0.0) {
    for (var i = 0u; i < DIMENSIONS; i++) {
      (*d)[i] = clamp((*d)[i], -run.clip, run.clip);
    }
    return;
  }
  var bound = max(1.0, quantile(d, run.threshold));
  if (run.clip > 0.0) {
    bound = min(bound, run.clip);
  }
  for (var i = 0u; i < DIMENSIONS; i++) {
    (*d)[i] = clamp((*d)[i], -bound, bound) / bound;
  }
}

/// The quantile of the magnitudes, linear between two of them.
fn quantile(d: ptr<function, Sample>, share: f32) -> f32 {
  let place = share * f32(DIMENSIONS - 1u);
  let rank = u32(place);
  // Bits of positive floats are in their order: the least that has more than `rank` magnitudes at or below it.
  var low = 0u;
  var high = 0x7f7fffffu;
  while (low < high) {
    let middle = low + (high - low) / 2u;
    var count = 0u;
    for (var i = 0u; i < DIMENSIONS; i++) {
      count += select(0u, 1u, bitcast<u32>(abs((*d)[i])) <= middle);
    }
    if (count > rank) {
      high = middle;
    } else {
      low = middle + 1u;
    }
  }
  let lower = bitcast<f32>(low);
  var at_most = 0u;
  var upper = bitcast<f32>(0x7f7fffffu);
  for (var i = 0u; i < DIMENSIONS; i++) {
    let size = abs((*d)[i]);
    at_most += select(0u, 1u, size <= lower);
    upper = select(upper, min(upper, size), size > lower);
  }
  if (at_most > rank + 1u || rank + 1u >= DIMENSIONS) {
    return lower;
  }
  return mix(lower, upper, place - f32(rank));
}

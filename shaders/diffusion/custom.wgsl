// requires: diffusion/advance.wgsl
// A denoiser of the user's own: what is written for a run brings
//   fn model(x: Sample, time: f32, next: f32, signal: f32, noise: f32) -> Sample
// and here its output becomes the denoised sample D and the noise E, x = signal D + noise E.

override PREDICTION: u32;

const SAMPLE = 0u;
const EPSILON = 1u;
const V_PREDICTION = 2u;
const SCORE = 3u;
const FLOW_PREDICTION = 4u;

fn denoise(sample: ptr<function, Sample>, stage: Stage, at: u32, label: i32, d: ptr<function, Sample>, e: ptr<function, Sample>) {
  let out = model(*sample, stage.time, stage.next_time, stage.signal, stage.noise);
  let signal = stage.signal;
  let noise = stage.noise;
  for (var i = 0u; i < DIMENSIONS; i++) {
    let now = (*sample)[i];
    switch (PREDICTION) {
      case EPSILON: {
        (*d)[i] = (now - noise * out[i]) / signal;
        (*e)[i] = out[i];
      }
      case V_PREDICTION: { // v = signal n - noise x0 (Salimans & Ho 2022, arXiv 2202.00512)
        let square = signal * signal + noise * noise;
        (*d)[i] = (signal * now - noise * out[i]) / square;
        (*e)[i] = (noise * now + signal * out[i]) / square;
      }
      case SCORE: {
        (*d)[i] = (now + noise * noise * out[i]) / signal;
        (*e)[i] = -noise * out[i];
      }
      case FLOW_PREDICTION: { // u = n - x0, with signal + noise = 1
        (*d)[i] = (now - noise * out[i]) / (signal + noise);
        (*e)[i] = (now + signal * out[i]) / (signal + noise);
      }
      default: {
        (*d)[i] = out[i];
        (*e)[i] = select(0.0, (now - signal * out[i]) / noise, noise > 0.0);
      }
    }
  }
}

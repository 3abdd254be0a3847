// requires: diffusion/advance.wgsl
// The posterior mean under a mixture of Gaussians, exact at every level. For a component of mean m and covariance C, at signal α and noise σ,
// x is normal with mean α m and covariance α² C + σ² = 1/P, and E[x0 | x] = m + α C P (x - α m). (Bishop 2006, section 2.3.3.)

/// [stage][component]: the log of its share and of the root of det P, then m, then P and G = α C P, of each one number where C is isotropic.
@group(0) @binding(6) var<storage, read> mixture: array<f32>;

// COMPONENTS, ISOTROPIC and MATRIX, the numbers of P, are written for a run.
const ROW = 1u + DIMENSIONS + 2u * MATRIX;

fn denoise(sample: ptr<function, Sample>, stage: Stage, at: u32, label: i32, d: ptr<function, Sample>, e: ptr<function, Sample>) {
  // Online softmax over the components (Milakov & Gimelshein 2018, arXiv 1805.02867).
  var most = -3.4e38;
  var sum = 0.0;
  var mean: Sample;
  var asked: Sample;
  for (var k = 0u; k < COMPONENTS; k++) {
    let row = (at * COMPONENTS + k) * ROW;
    let first = row + 1u;
    let p = first + DIMENSIONS;
    let g = p + MATRIX;
    var off = Sample();
    for (var i = 0u; i < DIMENSIONS; i++) {
      off[i] = (*sample)[i] - stage.signal * mixture[first + i];
    }
    var square = 0.0;
    var own = Sample();
    for (var i = 0u; i < DIMENSIONS; i++) {
      if (ISOTROPIC) {
        square += off[i] * off[i];
        own[i] = mixture[first + i] + mixture[g] * off[i];
      } else {
        var pulled = 0.0;
        var turned = 0.0;
        for (var j = 0u; j < DIMENSIONS; j++) {
          pulled += mixture[p + i * DIMENSIONS + j] * off[j];
          turned += mixture[g + i * DIMENSIONS + j] * off[j];
        }
        square += off[i] * pulled;
        own[i] = mixture[first + i] + turned;
      }
    }
    if (ISOTROPIC) {
      square *= mixture[p];
    }
    let weight = mixture[row] - 0.5 * square;
    let next = max(most, weight);
    let fall = exp(most - next);
    let share = exp(weight - next);
    sum = sum * fall + share;
    for (var i = 0u; i < DIMENSIONS; i++) {
      mean[i] = mean[i] * fall + share * own[i];
      if (i32(k) == label) {
        asked[i] = own[i];
      }
    }
    most = next;
  }
  for (var i = 0u; i < DIMENSIONS; i++) {
    let all = mean[i] / sum;
    (*d)[i] = select(all, asked[i] + run.guidance * (asked[i] - all), label >= 0);
    (*e)[i] = select(0.0, ((*sample)[i] - stage.signal * (*d)[i]) / stage.noise, stage.noise > 0.0);
  }
}

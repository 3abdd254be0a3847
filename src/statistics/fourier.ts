// The discrete Fourier transform in f64: of powers of two in place, of any length by a convolution.

/** cos(2πk/n) for k = 0 … n - 1: what `fourier` takes its phases from. */
export const turnsOf = (n: number) => Float64Array.from({ length: n }, (_, k) => Math.cos((2 * Math.PI * k) / n));

/**
 * Fast Fourier transform in place, X_k = Σ x_j exp(-2πijk/n), radix 2 (Cooley & Tukey 1965, doi
 * 10.1090/S0025-5718-1965-0178586-1). The length is a power of two, 4 or more; turns[k] = cos(2πk/n).
 */
export function fourier(re: Float64Array, im: Float64Array, turns: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const c = turns[k * stride]!;
        const s = turns[(k * stride + n / 4) % n]!; // cos(φ + π/2) = -sin φ
        const i = start + k;
        const j = i + half;
        const x = re[j]! * c - im[j]! * s;
        const y = re[j]! * s + im[j]! * c;
        re[j] = re[i]! - x;
        im[j] = im[i]! - y;
        re[i]! += x;
        im[i]! += y;
      }
    }
  }
}

/** A transform of one length, in place: powers of two directly, others as a chirp convolution (Bluestein 1970, doi 10.1109/TAU.1970.1162132). */
export function transformOf(n: number): (re: Float64Array, im: Float64Array) => void {
  if (n >= 4 && Number.isInteger(Math.log2(n))) {
    const turns = turnsOf(n);
    return (re, im) => fourier(re, im, turns);
  }
  const size = Math.max(4, 2 ** Math.ceil(Math.log2(2 * n)));
  const turns = turnsOf(size);
  // exp(-πik²/n); k² is reduced as an integer, which keeps the phase to the last digit.
  const phase = (k: number) => (Math.PI * ((k * k) % (2 * n))) / n;
  const chirp = Array.from({ length: n }, (_, k) => [Math.cos(phase(k)), -Math.sin(phase(k))] as const);
  const kernelRe = new Float64Array(size);
  const kernelIm = new Float64Array(size);
  chirp.forEach(([c, s], k) => {
    for (const at of k === 0 ? [0] : [k, size - k]) [kernelRe[at], kernelIm[at]] = [c, -s];
  });
  fourier(kernelRe, kernelIm, turns);
  const workRe = new Float64Array(size);
  const workIm = new Float64Array(size);
  return (re, im) => {
    workRe.fill(0);
    workIm.fill(0);
    chirp.forEach(([c, s], k) => {
      workRe[k] = re[k]! * c - im[k]! * s;
      workIm[k] = re[k]! * s + im[k]! * c;
    });
    fourier(workRe, workIm, turns);
    for (let k = 0; k < size; k++) {
      const x = workRe[k]! * kernelRe[k]! - workIm[k]! * kernelIm[k]!;
      // The inverse is the transform of the conjugate.
      workIm[k] = -(workRe[k]! * kernelIm[k]! + workIm[k]! * kernelRe[k]!);
      workRe[k] = x;
    }
    fourier(workRe, workIm, turns);
    chirp.forEach(([c, s], k) => {
      const [x, y] = [workRe[k]! / size, -workIm[k]! / size];
      re[k] = x * c - y * s;
      im[k] = x * s + y * c;
    });
  };
}

// How far a sample is on its way between data and noise.

/**
 * x = signal · x₀ + noise · n, with n standard normal in every dimension. Every schedule is a way through these two numbers: a
 * variance-preserving one has signal² + noise² = 1, a variance-exploding one signal = 1, and flow matching signal + noise = 1.
 * (Kingma, Salimans, Poole & Ho 2021, arXiv 2107.00630; α_t and σ_t there.)
 */
export interface Level {
  /** Factor on the data. */
  signal: number;
  /** Factor on the noise. */
  noise: number;
  /** The time that a user's model receives; networks receive noise / signal. */
  time: number;
}

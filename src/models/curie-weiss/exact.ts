// The Curie–Weiss model solved: of N spins there are C(N, k) states with k up, all of the energy -M²/2N - hM with M = 2k - N, so every
// mean is a sum over N + 1 terms. For N → ∞ the magnetization is m = tanh((m + h)/T) (Weiss 1907; Kac 1968; Baxter, Exactly Solved
// Models in Statistical Mechanics, chapter 3).

import { ParameterError } from "../../device/errors.ts";
import { lnGamma } from "../../statistics/index.ts";
import type { Phases } from "../magnet.ts";

/**
 * The probabilities of M = -N, -N + 2, …, N in equilibrium.
 *
 * @param temperature above 0
 * @throws ParameterError for a size, temperature or field out of range
 */
export function magnetizationLaw(size: number, temperature: number, field: number): Float64Array {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new ParameterError("neurons", `Curie-Weiss: the size must be a whole number, 1 or more, not ${size}.`);
  }
  if (!(temperature > 0)) {
    throw new ParameterError("temperature", `Curie-Weiss: the temperature must be above 0, not ${temperature}.`);
  }
  if (!Number.isFinite(field))
    throw new ParameterError("field", `Curie-Weiss: the field must be finite, not ${field}.`);
  const gain = (up: number) => {
    const m = 2 * up - size;
    return (m * m) / (2 * size) + field * m;
  };
  // Energies from the ground state's on: divided by a small temperature they are infinite, and their difference no number.
  const ground = Math.max(gain(0), gain(size));
  const weights = Float64Array.from({ length: size + 1 }, (_, up) => {
    const states = lnGamma(size + 1) - lnGamma(up + 1) - lnGamma(size - up + 1);
    return states + (gain(up) - ground) / temperature;
  });
  const most = weights.reduce((a, b) => Math.max(a, b));
  const shares = weights.map((weight) => Math.exp(weight - most));
  const total = shares.reduce((a, b) => a + b);
  return shares.map((share) => share / total);
}

/** Below this chance a phase is not missed by any run that does not visit it. */
const UNSEEN = 1e-9;
/**
 * Below this chance of a place in the valley, times N, runs stay in a phase for some hundred sweeps and more (measured at N = 30, 100
 * and 400: 24, 20 and 7 crossings in a thousand sweeps there), and a mean over both phases is no run's.
 */
const SELDOM = 0.5;

/**
 * How runs visit the maxima of a law of M. In a sweep each of N updates can cross the valley between them, and does so at most
 * with the chance of its lowest place.
 */
export function phasesOf(law: Float64Array): Phases {
  const top = law.reduce((best, share, i) => (share > law[best]! ? i : best), 0);
  for (const way of [1, -1]) {
    let [valley, rise, beyond] = [law[top]!, 0, 0];
    for (let i = top + way; i >= 0 && i < law.length; i += way) {
      if (law[i]! < valley) [valley, rise, beyond] = [law[i]!, 0, 0];
      rise = Math.max(rise, law[i]!);
      beyond += law[i]!;
      // Checked within the loop: the tail of the distribution is lower than any valley.
      if (rise > 2 * valley && beyond > UNSEEN && law.length * valley < SELDOM) return "apart";
    }
  }
  return "mixed";
}

/** Means per spin of N spins in equilibrium, by the sum over magnetizations. @param temperature above 0 */
export function curieWeissMeans(size: number, temperature: number, field: number) {
  const law = magnetizationLaw(size, temperature, field);
  const mean = (of: (m: number) => number) =>
    law.reduce((sum, share, up) => sum + share * of((2 * up - size) / size), 0);
  const energyOf = (m: number) => -(m * m) / 2 - field * m;
  const [m, abs, square] = [field === 0 ? 0 : mean((m) => m), mean(Math.abs), mean((m) => m * m)];
  const energy = mean(energyOf);
  const order = field === 0 ? abs : m;
  return {
    energy,
    magnetization: m,
    absMagnetization: abs,
    square,
    specificHeat: (size * mean((m) => (energyOf(m) - energy) ** 2)) / temperature / temperature,
    susceptibility: (size * mean((m) => (field === 0 ? Math.abs(m) - order : m - order) ** 2)) / temperature,
    binder: 1 - mean((m) => m ** 4) / (3 * square * square),
  };
}

/** The magnetization for N → ∞ that is stable, in zero field the positive one: m = tanh((m + h)/T). @param temperature above 0 */
export function weissMagnetization(temperature: number, field = 0): number {
  if (field < 0) return -weissMagnetization(temperature, -field);
  if (field === 0 && temperature >= 1) return 0;
  // m - tanh((m + h)/T) has one zero above the place where its slope vanishes, and it is positive at 1.
  const steepest = temperature < 1 ? Math.max(0, temperature * Math.acosh(1 / Math.sqrt(temperature)) - field) : 0;
  let [low, high] = [steepest, 1];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (middle < Math.tanh((middle + field) / temperature)) low = middle;
    else high = middle;
  }
  return high;
}

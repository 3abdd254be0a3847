// Onsager's exact solution of the Ising model on the infinite lattice without a field, with Yang's magnetization.
import { arithmeticGeometric } from "./elliptic.ts";
import { add, type Jet, NONE } from "./jets.ts";
import { type Couplings, checkTemperature, criticalTemperature, logSinh, sortCouplings } from "./lattice.ts";
import { type Bond, FREE, FROZEN, HOT, transferMatrix } from "./transfer.ts";

/** Exact equilibrium values of the infinite lattice without a field. */
export interface InfiniteIsing {
  /** Energy per site, in the unit of the couplings. */
  energy: number;
  /**
   * Specific heat per site, in k_B. It diverges like a logarithm at the critical temperature; the double nearest to it
   * gives about 18.
   */
  specificHeat: number;
  /**
   * Spontaneous magnetization per site, 0..1: what |m| tends to on large lattices. 0 for staggered order, chains, and
   * above T_c.
   */
  magnetization: number;
}

/**
 * Energy, specific heat and spontaneous magnetization of the infinite lattice. Choose it for lattices much larger than
 * the correlation length; `kaufman` knows the finite size. Errors in units of the stronger coupling: below 1e-14 in the
 * energy and 1e-12 in the specific heat, more only within 1e-5 of T_c, where rounding the temperature itself changes the
 * specific heat.
 *
 * Sources: Onsager, Phys. Rev. 65 (1944) 117, doi 10.1103/PhysRev.65.117; Yang, Phys. Rev. 85 (1952) 808, doi
 * 10.1103/PhysRev.85.808; for unequal couplings Chang, Phys. Rev. 88 (1952) 1422, doi 10.1103/PhysRev.88.1422.
 * @param options Parameters of the model.
 * @param options.temperature In the unit of the couplings.
 * @param options.couplings [Jx, Jy] of any sign, by default [1, 1]; with a 0 the lattice is a set of chains.
 * @throws ParameterError for a temperature not above 0 or a coupling that is not finite.
 */
export function onsager({
  temperature,
  couplings = [1, 1],
}: {
  temperature: number;
  couplings?: Couplings;
}): InfiniteIsing {
  checkTemperature(temperature);
  const { strong, weak } = sortCouplings(couplings);
  const magnetization = spontaneous(couplings, temperature);
  if (strong / temperature < FREE) return { energy: 0, specificHeat: 0, magnetization };
  if (weak === 0) return { ...chain(strong, temperature), magnetization };
  // The closed form is a small difference of terms of order T on a hot lattice.
  if (weak === strong && strong / temperature >= HOT) return { ...square(strong, temperature), magnetization };
  return { ...rectangle(strong, weak, temperature), magnetization };
}

/** m = (1 - 1 / (sinh²(2 Jx / T) sinh²(2 Jy / T)))^(1/8) below the critical temperature. */
function spontaneous(couplings: Couplings, temperature: number): number {
  if (couplings[0] <= 0 || couplings[1] <= 0 || temperature >= criticalTemperature(couplings)) return 0;
  const logProduct = logSinh((2 * couplings[0]) / temperature) + logSinh((2 * couplings[1]) / temperature);
  return Math.max(0, -Math.expm1(-2 * logProduct)) ** (1 / 8);
}

/** Independent chains, Z = (2 cosh K)^N (Ising, Z. Phys. 31 (1925) 253, doi 10.1007/BF02980577). */
function chain(J: number, temperature: number): { energy: number; specificHeat: number } {
  const K = J / temperature;
  return { energy: -J * Math.tanh(K), specificHeat: K > 700 ? 0 : (K / Math.cosh(K)) ** 2 };
}

/**
 * Equal couplings: Onsager's equations 116 and 117 with k = 2 sinh 2K / cosh² 2K, whose complement is |2 tanh² 2K - 1|.
 */
function square(J: number, temperature: number): { energy: number; specificHeat: number } {
  const K = J / temperature;
  if (K > 300) return { energy: -2 * J, specificHeat: 0 };
  const tanh = Math.tanh(2 * K);
  const sech = 1 / Math.cosh(2 * K);
  const bend = tanh * tanh - sech * sech;
  const { first, difference } = arithmeticGeometric(2 * tanh * sech, Math.abs(bend));
  const bendFirst = bend === 0 ? 0 : bend * first;
  return {
    energy: (-J / tanh) * (1 + (2 / Math.PI) * bendFirst),
    specificHeat: (4 / Math.PI) * (K / tanh) ** 2 * Math.max(0, difference - sech * sech * (Math.PI / 2 + bendFirst)),
  };
}

/**
 * Unequal couplings: ln Z = prefactor + ∫₀^π γ(ω) dω / 2π (Onsager's equation 106), differentiated under the integral.
 */
function rectangle(strong: number, weak: number, temperature: number): { energy: number; specificHeat: number } {
  const [K, Kw] = [Math.min(strong / temperature, FROZEN), Math.min(weak / temperature, FROZEN)];
  // By β in units of the stronger coupling for the energy; by ln β for the specific heat, where frozen bonds do not count.
  const bend = integral([K, K], [Kw, Kw])[2];
  return { energy: -strong * integral([K, 1], [Kw, weak / strong])[1], specificHeat: Math.max(0, bend) };
}

function integral(along: Bond, within: Bond): Jet {
  const { prefactor, mode } = transferMatrix(along, within);
  let sum = NONE;
  // Tanh-sinh quadrature (Takahasi & Mori 1974, doi 10.2977/prims/1195192451): its points crowd towards ω = 0, where
  // γ(ω) has a kink near the critical temperature. A step of 1/128 leaves 1e-12 as close to it as doubles get.
  const step = 1 / 128;
  for (let t = -4; t <= 4; t += step) {
    const u = Math.PI * Math.sinh(t);
    const fraction = 1 / (1 + Math.exp(-u));
    const weight = step * Math.PI * Math.PI * Math.cosh(t) * fraction * (1 / (1 + Math.exp(u)));
    sum = add(sum, mode(Math.sin((Math.PI / 2) * fraction) ** 2), weight / (2 * Math.PI));
  }
  return add(prefactor, sum);
}

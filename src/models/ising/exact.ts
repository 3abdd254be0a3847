// Exact results for the Ising model with nearest neighbours, most of them in two dimensions, in f64 and independent of any simulation:
// every state of a small torus, any torus without a field, the infinite lattice without a field.
//
// H = -Jx Σ s(x,y) s(x+1,y) - Jy Σ s(x,y) s(x,y+1) - h Σ s(x,y), each bond once (so a torus 2 wide has each of its x
// bonds twice). Temperatures are k_B T in the unit of the couplings, energies are per site in that unit, specific heats
// per site in k_B.
export { type ChainIsing, chain } from "./exact/chain.ts";
export { ellipticE, ellipticK } from "./exact/elliptic.ts";
export { type EnumeratedIsing, enumerate, enumerateGeometry } from "./exact/enumerate.ts";
export { kaufman, type TorusIsing } from "./exact/kaufman.ts";
export { type Couplings, criticalTemperature } from "./exact/lattice.ts";
export { type InfiniteIsing, onsager } from "./exact/onsager.ts";

// The Lyapunov spectrum of a reservoir that runs free: of the map from states and inputs to the next ones, its own outputs. In f64, one
// network at a time.

import type { Member, Readout } from "./network.ts";

/** A trained network that runs free: its outputs are its next inputs. */
export interface ClosedLoop {
  /** The network with its settings. */
  member: Member;
  /** [feature][output]: states, inputs, 1; every second state squared with `squares`. */
  readout: Readout;
  /** Units are linear, in place of tanh. */
  linear: boolean;
  /** The readout sees every second state squared. */
  squares: boolean;
}

/** States and inputs, or small changes of them. */
interface Point {
  states: Float64Array;
  inputs: Float64Array;
}

/** The next states and inputs; with `changes` also how small changes go on, by the derivative there. */
function advance({ member, readout, linear, squares }: ClosedLoop, at: Point, changes: Point[]): void {
  const { topology, spectralRadius, inputScaling, leakRate, bias } = member;
  const { units, layers, degree, fan } = topology;
  const all = units * layers;
  const points = [at, ...changes];
  const before = points.map(({ states }) => states.slice());
  for (let layer = 0; layer < layers; layer++) {
    for (let unit = layer * units; unit < (layer + 1) * units; unit++) {
      let slope = 1;
      points.forEach(({ states, inputs }, p) => {
        let recurrent = 0;
        for (let k = unit * degree; k < (unit + 1) * degree; k++) {
          recurrent += topology.weights[k] * before[p][topology.sources[k]];
        }
        let driven = 0;
        const offered = layer === 0 ? inputs : states;
        for (let k = unit * fan; k < (unit + 1) * fan; k++) {
          driven += topology.inputWeights[k] * offered[topology.inputSources[k]];
        }
        let total = spectralRadius * recurrent + inputScaling * driven;
        if (p === 0) {
          total += bias * topology.biases[unit];
          const value = linear ? total : Math.tanh(total);
          slope = linear ? 1 : 1 - value * value;
          states[unit] = (1 - leakRate) * before[0][unit] + leakRate * value;
        } else {
          states[unit] = (1 - leakRate) * before[p][unit] + leakRate * slope * total;
        }
      });
    }
  }
  const outputs = at.inputs.length;
  const next = points.map(({ states, inputs }, p) => {
    const sums = new Float64Array(outputs);
    for (let f = 0; f < all + outputs + 1; f++) {
      let feature = f < all ? states[f] : f < all + outputs ? inputs[f - all] : p === 0 ? 1 : 0;
      if (squares && f < all && f % 2 === 1) feature = p === 0 ? feature ** 2 : 2 * at.states[f] * feature;
      for (let o = 0; o < outputs; o++) sums[o] += readout[f * outputs + o] * feature;
    }
    return sums;
  });
  points.forEach(({ inputs }, p) => {
    inputs.set(next[p]);
  });
}

/**
 * The largest `count` Lyapunov exponents per step, in falling order, of a network that runs free after the inputs given: changes of the
 * state are carried along and made orthogonal again after each step (Benettin et al. 1980, doi 10.1007/BF02128236).
 *
 * @param driving inputs of the steps before it runs free, [step][input]
 */
export function lyapunovSpectrum(loop: ClosedLoop, driving: ArrayLike<number>, steps: number, count: number): number[] {
  const { units, layers, inputs } = loop.member.topology;
  const at: Point = { states: new Float64Array(units * layers), inputs: new Float64Array(inputs) };
  for (let step = 0; step < driving.length / inputs; step++) {
    for (let i = 0; i < inputs; i++) at.inputs[i] = driving[step * inputs + i];
    advance(loop, at, []);
  }
  const changes: Point[] = Array.from({ length: count }, (_, c) => ({
    states: Float64Array.from(at.states, (_, i) => Math.cos(i * (c + 1) + c)),
    inputs: new Float64Array(inputs),
  }));
  const sums = new Float64Array(count);
  const dot = (a: Point, b: Point) => {
    let sum = 0;
    for (let i = 0; i < a.states.length; i++) sum += a.states[i] * b.states[i];
    for (let i = 0; i < inputs; i++) sum += a.inputs[i] * b.inputs[i];
    return sum;
  };
  const orthogonal = (): number[] =>
    changes.map((change, c) => {
      for (const other of changes.slice(0, c)) {
        const along = dot(change, other);
        for (let i = 0; i < change.states.length; i++) change.states[i] -= along * other.states[i];
        for (let i = 0; i < inputs; i++) change.inputs[i] -= along * other.inputs[i];
      }
      const length = Math.sqrt(dot(change, change));
      for (let i = 0; i < change.states.length; i++) change.states[i] /= length;
      for (let i = 0; i < inputs; i++) change.inputs[i] /= length;
      return Math.log(length);
    });
  orthogonal();
  // Changes turn to their directions first.
  const turning = Math.min(500, Math.floor(steps / 10));
  for (let step = 0; step < turning + steps; step++) {
    advance(loop, at, changes);
    const lengths = orthogonal();
    if (step >= turning) for (let c = 0; c < count; c++) sums[c] += lengths[c];
  }
  return Array.from(sums, (sum) => sum / steps);
}

// The draws of a network as WGSL: every one is a case of set_draw(), and all are made by one loop, so that a compiler that writes functions out where
// they are called meets each law once.

import { type LawName, parametersOf } from "../../../expression/expression.ts";
import { type Draw, isWhole } from "../network/draws.ts";
import type { Emitter } from "./emitter.ts";

export class DrawCode {
  readonly #emitter: Emitter;
  readonly #cases: string[] = [];
  readonly #laws: LawName[] = [];
  #most = 1;

  constructor(emitter: Emitter) {
    this.#emitter = emitter;
  }

  get any(): boolean {
    return this.#cases.length > 0;
  }

  /** Adds the draws of one asker; from and to are their places among all. */
  add(draws: readonly Draw[]): [from: number, to: number] {
    const from = this.#cases.length;
    this.#emitter.within(draws);
    for (const draw of draws) {
      this.#cases.push(this.#emitter.draw(draw));
      this.#laws.push(draw.law);
    }
    this.#most = Math.max(this.#most, draws.length);
    return [from, this.#cases.length];
  }

  /** Statements that draw for the event of the name `event`, whose draws are listed by events; nothing where none draws. */
  events(all: readonly (readonly Draw[])[]): string {
    const cases = all.map((draws, i) => {
      if (draws.length === 0) return "";
      const [from, to] = this.add(draws);
      return `    case ${i}u: { own = vec2u(${from}u, ${to}u); }\n`;
    });
    if (cases.every((each) => each === "")) return "";
    return `  var own = vec2u();
  switch event {
${cases.join("")}    default: {}
  }
  if (own.y > own.x) {
    begin_draws(event, occasion_of(event));
    draw_numbers(own.x, own.y, 0u, 1u);
  }
`;
  }

  source(): string {
    const whole = this.#laws.flatMap((law, i) => (isWhole(law) ? [i] : []));
    const real = [...new Set(this.#laws.filter((law) => !isWhole(law)))];
    const listed = (places: readonly number[]) => places.map((i) => `${i}u`).join(", ");
    const cases = real.map((law) => {
      const places = this.#laws.flatMap((each, i) => (each === law ? [i] : []));
      const operands = ["draw_a", "draw_b"].slice(0, parametersOf(law)).join(", ");
      return `    case ${listed(places)}: { return sample_real(sample_${law}(${operands})); }\n`;
    });
    const wholes = whole.length > 0 ? `    case ${listed(whole)}: { return sample_whole(); }\n` : "";
    return `
const MOST_DRAWN = ${this.#most}u;
fn set_draw(draw: u32) {
  switch draw {
${this.#cases.map((text, i) => `    case ${i}u: { ${text} }\n`).join("")}    default: {}
  }
}
fn sample(draw: u32) -> Sample {
  switch draw {
${wholes}${cases.join("")}    default: {}
  }
  return Sample();
}
`;
  }
}

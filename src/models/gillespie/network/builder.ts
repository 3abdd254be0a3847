// Networks put together by a program: the text that it makes is what links, checkpoints and the command line hold, too.

import { networkError } from "./errors.ts";
import { parseNetwork } from "./text.ts";

/** A reaction network in parts, from which `buildNetwork` makes its text. */
export interface NetworkParts {
  /**
   * Each as in "2 A + B -> C", with its rate constant or law: a number, or an expression of species, values and the time t; with a delay as in
   * "0.5 after 3".
   */
  reactions: readonly { reaction: string; rate: number | string }[];
  /** Parameters, and counts of species at t = 0 (0 where none is given). */
  values?: Readonly<Record<string, number | string>>;
  /** Quantities that are reported in addition to the species. */
  outputs?: Readonly<Record<string, string>>;
  /** At a time, or when a condition becomes true, species are set. */
  events?: readonly (({ at: number | string } | { when: string }) & {
    set: Readonly<Record<string, number | string>>;
  })[];
}

/**
 * The network as text, for `gillespie.create(device, { network })`.
 *
 * @throws ParameterError that shows the statement which cannot be read
 */
export function buildNetwork({ reactions, values = {}, outputs = {}, events = [] }: NetworkParts): string {
  if (!Array.isArray(reactions)) {
    throw networkError('reactions must be a list, as in [{ reaction: "A -> B", rate: 0.5 }].');
  }
  const pairs = (sign: string, all: object) => Object.entries(all).map(([name, value]) => `${name} ${sign} ${value}`);
  const statements = [
    ...reactions.map(({ reaction, rate }) => `${reaction} @ ${rate}`),
    ...pairs("=", values),
    ...pairs(":=", outputs),
    ...events.map((event) => {
      const when = "at" in event ? `at ${event.at}` : `when ${event.when}`;
      return `${when}: ${pairs("=", event.set).join(", ")}`;
    }),
  ];
  const broken = statements.find((statement) => /[;\n]/.test(statement));
  if (broken !== undefined) throw networkError(`"${broken}": one part is one statement, without ; and line breaks.`);
  const text = statements.join("\n");
  parseNetwork(text);
  return text;
}

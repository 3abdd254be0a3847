// Reactions that a model calls irreversible, whose laws are those of two directions: exports of some programs say so of all reactions.
// Taken one way such a law turns negative, and a stochastic run of it stops.

import { parseXml, type XmlElement } from "@rgrove/parse-xml";
import { ParameterError } from "../../../device/errors.ts";
import { evaluate } from "../../../expression/expression.ts";
import { type Network, parameterValues, TIME } from "../network/network.ts";
import { readSbml } from "../sbml/read.ts";
import { childOf, listOf } from "../sbml/xml.ts";
import { withAttribute } from "./sedml-changes.ts";

/** Models that are read once for each of these reactions have no more of them. */
const MOST_TRIED = 64;

/** The model with these reactions called reversible, and their ids. A model that cannot be read is left as it is. */
export function withTwoWays(given: string): { text: string; ids: string[] } {
  const text = given.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n"); // as the parser counts places
  const { root } = parseXml(text, { includeOffsets: true });
  const model = root && childOf(root, "model");
  const oneWay = model
    ? listOf(model, "listOfReactions").filter(
        ({ attributes }) => attributes.id && /^(false|0)$/.test(attributes.reversible ?? ""),
      )
    : [];
  const whole = tried(text, oneWay);
  const found = whole
    ? oneWay.filter((reaction) => isTwoWay(whole, reaction))
    : oneWay.slice(0, MOST_TRIED).filter((reaction) => {
        const own = tried(text, [reaction]);
        return own && isTwoWay(own, reaction);
      });
  return { text: found.length > 0 ? called(text, found) : given, ids: found.map(({ attributes }) => attributes.id) };
}

/** From the last on, so that the places of those before stay. */
const called = (text: string, reactions: readonly XmlElement[]) =>
  reactions.reduceRight((own, reaction) => withAttribute(own, reaction, "reversible", "true"), text);

function tried(text: string, reactions: readonly XmlElement[]): Network | undefined {
  if (reactions.length === 0) return undefined;
  try {
    return readSbml(called(text, reactions));
  } catch (error) {
    if (error instanceof ParameterError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Values at which it is looked. */
const LOOKS = [1, 7, 50];

/** Whether it goes back where its reactants are used up: a logistic law, k A (1 - P/K), does not. */
function isTwoWay(network: Network, { attributes: { id } }: XmlElement): boolean {
  const at = network.reactions.findIndex(({ name }) => name === `${id} backwards`);
  if (at < 0) return false;
  const { changes, propensity } = network.reactions[at];
  const values = parameterValues(network);
  return LOOKS.some((look) => {
    const back = evaluate(propensity, (name) => {
      const s = network.species.indexOf(name);
      if (s >= 0) return changes[s] > 0 ? 0 : look + s;
      return name === TIME ? 0 : values.get(name)!;
    });
    return back > 0;
  });
}

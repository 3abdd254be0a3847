// Which language a model is written in: its text says so, whatever its file is called, for links and checkpoints hold texts alone.

import type { Network } from "../network/network.ts";
import { parseNetwork } from "../network/text.ts";
import { checkLength } from "../sbml/document.ts";
import { readSbml, type SbmlOptions } from "../sbml/read.ts";
import { isAntimony, readAntimony } from "./antimony.ts";
import { isNet, readNet } from "./bionetgen.ts";

export type Format = "SBML" | "BioNetGen .net" | "Antimony" | "text";

export function detectFormat(text: string): Format {
  if (/^[\s\ufeff]*</.test(text)) return "SBML";
  if (isNet(text)) return "BioNetGen .net";
  return isAntimony(text) ? "Antimony" : "text";
}

/** @throws ParameterError that names the place: the line, or the statement */
export function readModel(text: string, options: SbmlOptions = {}): Network {
  checkLength(text);
  switch (detectFormat(text)) {
    case "SBML":
      return readSbml(text, options);
    case "BioNetGen .net":
      return readNet(text);
    case "Antimony":
      return readAntimony(text, options);
    case "text":
      return parseNetwork(text, options.version1);
  }
}

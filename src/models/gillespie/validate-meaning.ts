// Is this device right in what a network has beyond plain reactions? Reversible laws, events that meet, a rare reaction after a frequent
// one, rates that change within a leap, quantities that follow their own rate equations: each against a known distribution.

import type { Device } from "../../device/device.ts";
import { checksOf, DEVIATION } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import { NETWORK_FILES, networkFile } from "./formats/network-file.ts";
import { gillespieParameters } from "./parameters.ts";
import { type GillespieOptions, GillespieSimulation } from "./simulation.ts";

const check = checksOf("gillespie");

export async function* validateMeaning(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  const trajectories = device.kind === "reference" ? 100 : quick ? 1000 : 20_000;
  const resultOf = async (options: GillespieOptions, many = trajectories) => {
    using ensemble = await GillespieSimulation.create(device, { points: 3, seed: 6n, ...options });
    await ensemble.run(many, { signal });
    return ensemble.result();
  };

  const both = await resultOf({ sbml: REVERSIBLE, until: 60 });
  const z = [
    (both.mean[2][0] - 50) / Math.sqrt(25 / trajectories),
    (both.sd[2][0] ** 2 / 25 - 1) / Math.sqrt(2 / trajectories),
  ];
  const most = (all: readonly number[]) => Math.max(...all.map(Math.abs));
  yield check(
    "exact",
    "a reversible law f - g of SBML: mean and variance against the binomial law, largest |z|",
    most(z),
    DEVIATION,
    {
      z,
    },
  );

  const met = await resultOf({ network: EVENTS, until: 2 }, 20);
  const off = ["X", "Y", "N"].reduce(
    (sum, name, i) => sum + Math.abs(met.mean[2][met.species.indexOf(name)] - [8, 3, 1][i]),
    0,
  );
  yield check("known answer", "events that meet: X and Y are exchanged and it is counted, difference", off, 0);

  if (device.kind === "gpu") {
    const rare = await resultOf({ network: RARE, set: "k = 0|2e6", until: 1, points: 2 }, 64);
    const fired = 64 * rare.points![1].mean[1][rare.species.indexOf("D")];
    yield check(
      "exact",
      "a reaction of rate 1e-6 after one of 2e6: firings in 64 units of time, of 6e-5 expected",
      fired,
      0.5,
    );
  }

  for (const method of ["tau", "cle"] as const) {
    const pulse = await resultOf({ network: PULSE, method, until: 20 }, Math.min(trajectories, 1000));
    const own = [(pulse.mean[2][0] - 1000) / Math.sqrt(1000 / Math.min(trajectories, 1000))];
    yield check("exact", `a pulse within a leap of ${method}: mean against its area, |z|`, most(own), DEVIATION, {
      z: own,
    });
  }

  const hybrid = await resultOf({ network: HYBRID, until: 10 }, Math.min(trajectories, 2000));
  const n = Math.min(trajectories, 2000);
  const expected = [62.5, 150];
  const own = expected.map((value, i) => (hybrid.mean[i + 1][0] - value) / Math.sqrt(value / n));
  yield check(
    "exact",
    "a birth rate that grows by a rate of its own: means against Poisson's law, largest |z|",
    most(own),
    DEVIATION,
    {
      z: own,
    },
  );

  // Texts of one network, with the same random numbers.
  const [net, scheme] = await Promise.all([NET, DIMERS].map((network) => resultOf({ network, until: 20 }, 200)));
  const unlike = Math.abs(net.mean[2][0] - scheme.mean[2][0]) + Math.abs(net.mean[2][2] - scheme.mean[2][1]);
  yield check("known answer", "a .net with a statistical factor and a group against its scheme, difference", unlike, 0);

  const given = gillespieParameters.parse({ network: DELAYED });
  const texts = [DELAYED, ...NETWORK_FILES.slice(0, 2).map((ending) => networkFile(ending, given))];
  const means = await Promise.all(
    texts.map(async (network) => (await resultOf({ network, until: 4 }, 100)).mean[2][0]),
  );
  const away = most(means.map((mean) => mean - means[0]));
  yield check("known answer", "a network written as text and as SBML and read again, difference", away, 0);
}

const ci = (name: string) => `<ci>${name}</ci>`;
const apply = (operation: string, a: string, b: string) => `<apply><${operation}/>${a}${b}</apply>`;

/** A ⇌ B as one reaction, with 100 molecules. */
const REVERSIBLE = `<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model id="m">
<listOfCompartments><compartment id="c" size="1"/></listOfCompartments>
<listOfSpecies><species id="A" compartment="c" initialAmount="100"/><species id="B" compartment="c" initialAmount="0"/></listOfSpecies>
<listOfParameters><parameter id="f" value="0.1"/><parameter id="g" value="0.1"/></listOfParameters>
<listOfReactions><reaction id="r"><listOfReactants><speciesReference species="A"/></listOfReactants>
<listOfProducts><speciesReference species="B"/></listOfProducts><kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">
${apply("minus", apply("times", ci("f"), ci("A")), apply("times", ci("g"), ci("B")))}</math></kineticLaw></reaction></listOfReactions>
</model></sbml>`;

const EVENTS =
  "0 -> Z @ 10; X -> X @ 0; Y -> Y @ 0; N -> N @ 0; X = 3; Y = 8; at 1: X = Y; at 1: Y = X; when Y < 5: N = N + 1";

/** The pilot run, of k = 0, says nothing about which is the frequent one. */
const RARE = "G -> G + P @ k; M -> D @ 1e-6; G = 1; M = 1; k = 1";

const PULSE = "0 -> X @ 1000*if(t >= 5 and t < 6, 1, 0)";

const HYBRID = "0 -> X @ 10*V; V' = 0.1; V = 1";

/** As the .net has it: S1 is P, and the group counts molecules of P, bound ones twice. */
const DIMERS = "2 P -> P2 @ k; P2 -> 2 P @ g; k = 0.01; g = 0.1; P = 100; all := P + 2*P2";
const NET = `begin parameters
  1 k 0.01
  2 g 0.1
end parameters
begin species
  1 P(b) 100
  2 P(b!1).P(b!1) 0
end species
begin reactions
  1 1,1 2 0.5*k
  2 2 1,1 g
end reactions
begin groups
  1 bound 2
end groups`;

const DELAYED = `X -> 0 @ 0.2; 0 -> X @ 3; X = 20
  when X < 19 after 0.5, priority = 2, persistent = false: X = 40`;

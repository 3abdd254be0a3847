// WGSL for so many networks side by side in one vector: its types, and how a value is read or written for each of them.

/** Networks of one topology that an invocation advances together. */
export interface Lanes {
  /** Components of a vector. */
  lanes: 1 | 2 | 4;
  /** Vectors. */
  blocks: 1 | 2;
}

export const widthOf = ({ lanes, blocks }: Lanes) => lanes * blocks;

/** Goes before the files of shaders/reservoir. */
export function lanesWgsl({ lanes, blocks }: Lanes): string {
  const components = ["x", "y", "z", "w"].slice(0, lanes);
  const vector = (type: string) => (lanes === 1 ? { f: "f32", i: "i32", u: "u32" }[type]! : `vec${lanes}${type}`);
  const part = (name: string, component: string) => (lanes === 1 ? name : `${name}.${component}`);
  return `alias Lanes = ${vector("f")};
alias Index = ${vector("u")};
alias Whole = ${vector("i")};
const LANES = ${lanes}u;
const BLOCKS = ${blocks}u;

fn gather(at: Index) -> Lanes {
  return Lanes(${components.map((c) => `series[${part("at", c)}]`).join(", ")});
}

fn parts(value: Lanes) -> array<f32, LANES> {
  return array<f32, LANES>(${components.map((c) => part("value", c)).join(", ")});
}

fn whole_parts(value: Whole) -> array<i32, LANES> {
  return array<i32, LANES>(${components.map((c) => part("value", c)).join(", ")});
}
`;
}

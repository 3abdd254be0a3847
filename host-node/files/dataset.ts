// Arrays with named dimensions, units and attributes, as NetCDF has them: what .h5 and .zarr hold, whatever the model.

/** Numbers that both formats know. */
export type Numbers =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

export interface Variable {
  /** Letters, digits and _; unique. */
  name: string;
  /** Names of dimensions; the last one runs fastest. None for a single number. */
  dimensions: readonly string[];
  data: Numbers;
  attributes: Readonly<Record<string, string | number | Int32Array>>;
}

/** Every dimension has a variable of its name: its coordinate. */
export interface Dataset {
  /** Lengths by name. */
  dimensions: ReadonlyMap<string, number>;
  variables: readonly Variable[];
  attributes: Readonly<Record<string, string | number>>;
}

/** Columns of numbers or words under names. */
export interface Columns {
  head: readonly string[];
  rows: readonly (readonly (string | number)[])[];
}

/** Collects variables; a name that is taken gets a number. */
export class DatasetBuilder {
  readonly #dimensions = new Map<string, number>();
  readonly #variables = new Map<string, Variable>();
  readonly #taken = new Set<string>();

  /** A dimension with its coordinate; where its name is taken by another length, it gets a number. Returns the name that it has. */
  dimension(
    name: string,
    values: Numbers | readonly (string | number)[] | number,
    attributes: Variable["attributes"] = {},
  ): string {
    const own = this.#free(plain(name), name, attributes);
    const list = typeof values === "number" ? Int32Array.from({ length: values }, (_, i) => i) : values;
    this.#dimensions.set(own.name, list.length);
    this.#variables.set(own.name, { ...own, dimensions: [own.name], ...held(list, own.attributes) });
    return own.name;
  }

  variable(
    name: string,
    dimensions: readonly string[],
    values: Numbers | readonly (string | number)[],
    attributes: Variable["attributes"] = {},
  ): void {
    const own = this.#free(plain(name), name, attributes);
    this.#variables.set(own.name, { ...own, dimensions, ...held(values, own.attributes) });
  }

  /**
   * Columns as variables over the columns that number the rows, the first `keys`: if the rows are all their combinations, in order, each of these
   * becomes a dimension. Otherwise the rows are one, named `row`.
   */
  table(
    { head, rows }: Columns,
    keys: number,
    row: string,
    attributesOf: (name: string) => Variable["attributes"],
  ): void {
    const axes = head.slice(0, keys).map((_, column) => [...new Set(rows.map((cells) => cells[column]))]);
    const isGrid =
      keys > 0 &&
      axes.reduce((product, { length }) => product * length, 1) === rows.length &&
      rows.every((cells, i) => {
        let stride = rows.length;
        return axes.every((axis, column) => {
          stride /= axis.length;
          return cells[column] === axis[Math.floor(i / stride) % axis.length];
        });
      });
    const dimensions = isGrid
      ? axes.map((axis, column) => this.dimension(head[column], axis, attributesOf(head[column])))
      : [this.dimension(row, rows.length)];
    for (let column = isGrid ? keys : 0; column < head.length; column++) {
      const values = rows.map((cells) => cells[column]);
      this.variable(head[column], dimensions, values, attributesOf(head[column]));
    }
  }

  build(attributes: Dataset["attributes"]): Dataset {
    return { dimensions: this.#dimensions, variables: [...this.#variables.values()], attributes };
  }

  #free(name: string, original: string, attributes: Variable["attributes"]) {
    let free = name;
    // Names that differ in their case alone are one folder on some systems.
    for (let i = 2; this.#taken.has(free.toLowerCase()); i++) free = `${name}_${i}`;
    this.#taken.add(free.toLowerCase());
    return { name: free, attributes: free === original ? attributes : { long_name: original, ...attributes } };
  }
}

/** Names that every reader takes. */
const plain = (name: string) => name.replace(/[^A-Za-z0-9_]+/g, "_").replace(/^(?![A-Za-z])/, "v");

/** Typed arrays stay as they are; lists of numbers become f64. */
const held = (values: Numbers | readonly (string | number)[], attributes: Variable["attributes"]) =>
  ArrayBuffer.isView(values)
    ? { data: values as Numbers, attributes }
    : coded(values as readonly (string | number)[], attributes);

/** Words become numbers with flag_values and flag_meanings, as in the CF conventions. */
function coded(
  list: readonly (string | number)[],
  attributes: Variable["attributes"],
): Pick<Variable, "data" | "attributes"> {
  // An empty cell of a table is a number that is not there.
  if (list.every((value) => typeof value === "number" || value === ""))
    return { data: Float64Array.from(list, (value) => (value === "" ? Number.NaN : Number(value))), attributes };
  const words = [...new Set(list.map(String))];
  return {
    data: Int32Array.from(list, (value) => words.indexOf(String(value))),
    attributes: {
      ...attributes,
      flag_values: Int32Array.from(words.keys()),
      flag_meanings: words.map((word) => word.replace(/\s+/g, "_") || "missing").join(" "),
    },
  };
}

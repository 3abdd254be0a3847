// A Vite plugin: the module `virtual:gibbs/layouts` has what the host must know of the shader files - their bindings, and where the fields of
// uniforms, and of tables that are read, lie. It is worked out when Vite loads it, so that nothing of WGSL is parsed at run time.
// src/device/layout.ts reads what `encoded` writes.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";

const NAME = "virtual:gibbs/layouts";
const KINDS = { read: "read-only-storage", write: "storage", read_write: "storage" };
/** Types of a field: their scalars are words of 32 bits. */
const SCALARS = { u: "u32", i: "i32", f: "f32", u32: "u32", i32: "i32", f32: "f32" };

/** @returns {import("vite").Plugin} */
export function wgslLayouts() {
  return {
    name: "wgsl-layouts",
    enforce: "pre",
    resolveId(id, importer) {
      // The shaders of whoever asks: the tests have copies.
      if (id === NAME) return `\0${NAME}:${join(dirname(importer), "..", "..", "shaders")}`;
    },
    load(id) {
      if (!id.startsWith(`\0${NAME}:`)) return;
      const folder = id.slice(NAME.length + 2);
      const files = readdirSync(folder, { recursive: true }).map((file) => file.replaceAll("\\", "/"));
      const read = (part) => {
        this.addWatchFile(join(folder, part));
        return readFileSync(join(folder, part), "utf8");
      };
      const shaders = files.filter((file) => file.endsWith(".wgsl")).sort();
      const layouts = shaders.map((file) => [file, encoded(layoutOf(file, read))]).filter(([, text]) => text !== "");
      return `export default ${JSON.stringify(Object.fromEntries(layouts))};`;
    },
  };
}

/**
 * A layout as a text, for pages load it: "run u0 24 seed:u2 purpose:u,step s4 8 sweep:u colour:u,sums w2". A field stands where the one before it
 * ends, or @ so many bytes; *256/16 are elements of an array and the bytes from one to the next.
 */
export function encoded(layout) {
  const variables = Object.entries(layout).map(([name, { binding, kind, size, fields = [] }]) => {
    let end = 0;
    const own = fields.map(([field, scalar, offset, width, count, stride]) => {
      const at = offset === end ? "" : `@${offset}`;
      end = offset + 4 * width;
      return ` ${field}:${scalar[0]}${width > 1 ? width : ""}${at}${count ? `*${count}/${stride}` : ""}`;
    });
    const letter = kind === "storage" ? "w" : kind[0];
    return `${name} ${letter}${binding}${fields.length > 0 ? ` ${size}` : ""}${own.join("")}`;
  });
  return variables.join(",");
}

/**
 * The variables that a file declares itself, by name; `read` gives the texts of files, which may need types of what they require.
 *
 * @param {string} path below shaders/
 * @param {(path: string) => string} read
 */
export function layoutOf(path, read) {
  const own = declarations(read(path));
  const names = [...own.matchAll(/\bvar<(?:uniform|storage)\b[^>]*>\s+(\w+)/g)].map(([, name]) => name);
  if (names.length === 0) return {};
  const others = required(path, read, new Set()).map((part) => declarations(read(part)));
  const { uniforms, storage } = new WgslReflect([...others, own].join("\n"));
  const here = [...uniforms, ...storage].filter(({ name }) => names.includes(name));
  return Object.fromEntries(
    here.map((variable) => {
      const { name, binding, resourceType, access, type } = variable;
      // Vite shows what went wrong with the file's name.
      if (variable.group !== 0) throw new Error(`${name} is in group ${variable.group}; there is one group, 0`);
      const kind = resourceType === 0 ? (name === "step" ? "step" : "uniform") : KINDS[access];
      const row = type.isArray ? type.format : type;
      return [camel(name), { binding, kind, ...(row.isStruct && access !== "read_write" ? structOf(row) : {}) }];
    }),
  );
}

/** Bytes, and each field as its name, scalar, byte offset, scalars side by side, and - of an array - elements and bytes from one to the next. */
function structOf({ size, members }) {
  const fields = members.map(({ name, type, offset, count, stride }) => {
    const array = type.isArray ? [count, stride] : [];
    const { name: own, format } = type.isArray ? type.format : type;
    const [, width = "1", letter] = /^vec([234])([uif]?)$/.exec(own) ?? [];
    const scalar = SCALARS[letter || format?.name || own];
    return scalar && (array.length === 0 || count > 0)
      ? [camel(name), scalar, offset, Number(width), ...array]
      : undefined;
  });
  return size > 0 && fields.every((field) => field) ? { size, fields } : {};
}

/** All that a file requires, dependencies first. */
function required(path, read, seen) {
  const own = [...read(path).matchAll(/^\/\/ requires:\s*(\S+)\s*$/gm)].map(([, part]) => part);
  return own.flatMap((part) => (seen.has(part) ? [] : [...required(part, read, seen.add(part)), part]));
}

/** A text without comments and functions: the parser of wgsl_reflect stumbles over some expressions in these, and nobody asks for them. */
function declarations(text) {
  let code = text.replace(/\/\/.*$/gm, "");
  for (let at = code.search(/\bfn\s/); at >= 0; at = code.search(/\bfn\s/)) {
    let end = code.indexOf("{", at) + 1;
    for (let depth = 1; depth > 0 && end < code.length; end++)
      depth += code[end] === "{" ? 1 : code[end] === "}" ? -1 : 0;
    const attributes = /(?:@\w+(?:\([^)]*\))?\s*)*$/.exec(code.slice(0, at)).index;
    code = code.slice(0, attributes) + code.slice(end);
  }
  return code;
}

/** `first_replica` is `firstReplica` in TypeScript, and `pass_`, which avoids a keyword, `pass`. */
const camel = (name) => name.replace(/_+(\w?)/g, (_, letter) => letter.toUpperCase());

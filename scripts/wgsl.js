// A Vite plugin: `FILE.wgsl?layout` is what the host has to know of a shader file - its bindings, and where the fields of its uniforms
// and of the tables it reads lie. It is worked out when Vite loads the file, so that nothing is parsed at run time.
// src/device/layout.ts has the types of what it exports.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";

const QUERY = ".wgsl?layout";
const KINDS = { read: "read-only-storage", write: "storage", read_write: "storage" };
/** Types of a field: their scalars are words of 32 bits. */
const SCALARS = { u: "u32", i: "i32", f: "f32", u32: "u32", i32: "i32", f32: "f32" };

/** @returns {import("vite").Plugin} */
export function wgslLayouts() {
  return {
    name: "wgsl-layouts",
    enforce: "pre",
    load(id) {
      if (!id.endsWith(QUERY)) return;
      const path = id.slice(0, -"?layout".length);
      const end = path.lastIndexOf("/shaders/") + "/shaders/".length;
      const read = (part) => {
        const file = join(path.slice(0, end), part);
        this.addWatchFile(file);
        return readFileSync(file, "utf8");
      };
      return `export default ${JSON.stringify(layoutOf(path.slice(end), read))};`;
    },
  };
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

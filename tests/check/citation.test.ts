// CITATION.cff cites the version that package.json has, under its name and licence.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };

const citation = readFileSync(join(import.meta.dirname, "..", "..", "CITATION.cff"), "utf8");

/** The value of a key at the top of the file, where it is one line. */
const field = (key: string, text = citation) =>
  text
    .split("\n")
    .find((line) => line.startsWith(`${key}: `))
    ?.slice(key.length + 2);

test.each([
  ["title", packageJson.name],
  ["version", packageJson.version],
  ["license", packageJson.license],
])("%s is that of package.json", (key, value) => {
  expect(field(key)).toBe(value);
});

test("negative control: another version is another value", () => {
  const other = citation.replace(`version: ${packageJson.version}`, "version: 9.9.9");
  expect(field("version", other)).toBe("9.9.9");
  expect(field("doi")).toBeUndefined();
});

// The text fields of the product, as its sources name them: every one must be known to the tests.

import { readFile, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("../app/src/", import.meta.url));

/** Nobody writes text into these, or nobody is shown it. */
const NO_TEXT = [
  "button", "checkbox", "color", "datetime-local", "hidden", "password", "radio", "range", "submit",
];

/** In the view macro an input ends itself, and a text area is ended. */
const TAGS = [/<input\s(.*?)\/>/gs, /<textarea\s(.*?)<\/textarea>/gs];

/** Functions that write a field, which is called by one of their words. */
const CALLS = [/\bfield\(\s*"([^"]+)",(?:\s*"([^"]+)",\s*")?/g, /\bname_form\(\s*"([^"]+)",/g,
  /<SymbolSearch\s[^>]*?\blabel="([^"]+)"/gs];

/** Names in `document::field` that make something else than a password of it. */
const SHOWN_NAMES = ["email", "token", "code"];

const literal = (attributes, name) =>
  new RegExp(`(?:^|\\s)${name}="([^"]+)"`).exec(attributes)?.[1];

function fieldsOf(file, source) {
  const found = [];
  const functionAt = (place) => [...source.slice(0, place).matchAll(/\bfn (\w+)/g)].at(-1)?.[1];
  for (const tag of TAGS) {
    for (const { 1: attributes, index } of source.matchAll(tag)) {
      if (NO_TEXT.includes(literal(attributes, "type"))) continue;
      const names = ["name", "aria-label", "placeholder"].map((one) => literal(attributes, one));
      found.push(names.find(Boolean) ?? functionAt(index));
    }
  }
  for (const call of CALLS) {
    for (const [, first, label] of source.matchAll(call)) {
      // With a label the first word is the name of what the form sends.
      if (label === undefined || SHOWN_NAMES.includes(first)) found.push(label ?? first);
    }
  }
  if (/\scontenteditable(?=[\s=>])/.test(source)) found.push("contenteditable");
  // A second one of a name is another one.
  return found.map((field, place) => {
    const before = found.slice(0, place).filter((one) => one === field).length;
    return `${file}: ${field}${before ? `, ${before + 1}` : ""}`;
  });
}

/** Every one: its file, and the name, the label or the function that it is known by. */
export async function textFields() {
  const all = [];
  for (const entry of await readdir(SOURCES, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".rs")) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const [source] = (await readFile(path, "utf8")).split("#[cfg(test)]\nmod tests");
    all.push(...fieldsOf(relative(SOURCES, path), source));
  }
  return all.sort();
}

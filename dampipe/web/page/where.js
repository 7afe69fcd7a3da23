// Reads from a query which values of facets it picks, and writes it again. What is not about facets stays as it was typed.

import { SPANS, TEXTS } from "./field-types.js";

/** What is picked of a facet: values of which one has to be there, values that must not be there, and the ends of a span. @typedef {{ any: Set<string>, not: Set<string>, least?: string, most?: string }} Picked */
/** What a query picks, by the key of a facet, and its other conditions. @typedef {{ picked: Map<string, Picked>, rest: string[] }} Parsed */

const VALUE = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,()"'=<>!:][^\s,()"']*`;
const ONE = new RegExp(`^([a-z][a-z0-9_]*)\\s*(!=|=|:)\\s*(${VALUE})$`, "su");
const SEVERAL = new RegExp(`^([a-z][a-z0-9_]*)\\s+(not\\s+)?in\\s*\\(\\s*((?:${VALUE})(?:\\s*,\\s*(?:${VALUE}))*)\\s*\\)$`, "isu");
const PLAIN = /^[\p{L}\p{N}_][\p{L}\p{N}_.+-]*$/u;
const RESERVED = new Set(["and", "or", "not", "in", "has"]);
const END = new RegExp(`^([a-z][a-z0-9_]*)\\s*(>=|<=)\\s*(${VALUE})$`, "su");

/** Nothing is picked. @returns {Picked} */
export const none = () => ({ any: new Set(), not: new Set() });

/** How many values and spans are picked of a facet. @param {Picked | undefined} of */
export const countOf = (of) => (of ? of.any.size + of.not.size + (of.least !== undefined || of.most !== undefined ? 1 : 0) : 0);

/** @param {string} text */
const unquoted = (text) => (/^["']/.test(text) ? text.slice(1, -1).replace(/\\(.)/gsu, "$1") : text);

/** A value as a query has it. @param {string} value */
export const quoted = (value) => (PLAIN.test(value) && !RESERVED.has(value.toLowerCase()) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`);

/** The conditions that `and` joins. A query that `or` joins is one condition, in brackets. @param {string} text */
function conditions(text) {
  const found = [];
  let [begin, depth, at] = [0, 0, 0];
  while (at < text.length) {
    const sign = text[at];
    if (sign === '"' || sign === "'") {
      const end = new RegExp(`${sign}(?:[^${sign}\\\\]|\\\\.)*${sign}`, "suy");
      end.lastIndex = at;
      const match = end.exec(text);
      if (!match) return [text];
      at += match[0].length;
      continue;
    }
    if (sign === "(") depth += 1;
    if (sign === ")") depth -= 1;
    const word = depth === 0 && (at === 0 || /[\s)"']/.test(text[at - 1])) ? /^(and|or)(?=[\s("']|$)/i.exec(text.slice(at, at + 4)) : null;
    if (word && word[1].toLowerCase() === "or") return [`(${text.trim()})`];
    if (word) {
      found.push(text.slice(begin, at));
      begin = at + 3;
    }
    at += word ? word[0].length : 1;
  }
  return [...found, text.slice(begin)].map((one) => one.trim()).filter(Boolean);
}

/**
 * What a query picks: { picked, rest }. picked: by key of a facet { any, not }, sets of values; rest: all other conditions.
 * types: of the facets, by key.
 * @param {string} text
 * @param {ReadonlyMap<string, string>} types
 * @returns {Parsed}
 */
export function parse(text, types) {
  /** @type {Parsed} */
  const { picked, rest } = { picked: new Map(), rest: [] };
  for (const condition of conditions(text)) {
    const one = ONE.exec(condition);
    const several = one ? null : SEVERAL.exec(condition);
    const key = (one ?? several)?.[1] ?? "";
    const end = END.exec(condition);
    if (end && SPANS.has(types.get(end[1]) ?? "")) {
      const of = picked.get(end[1]) ?? none();
      const side = end[2] === ">=" ? "least" : "most";
      if (of[side] !== undefined) rest.push(condition); // both have to hold
      else picked.set(end[1], { ...of, [side]: unquoted(end[3]) });
      continue;
    }
    const isPart = one?.[2] === ":" && TEXTS.has(types.get(key) ?? "");
    if (!types.has(key) || isPart) {
      rest.push(condition);
      continue;
    }
    const isNot = one ? one[2] === "!=" : Boolean(several?.[2]);
    const values = one ? [one[3]] : several?.[3].match(new RegExp(VALUE, "gsu")) ?? [];
    const of = picked.get(key) ?? none();
    if (!isNot && of.any.size) rest.push(condition); // both have to hold
    else for (const value of values) of[isNot ? "not" : "any"].add(unquoted(value));
    picked.set(key, of);
  }
  return { picked, rest };
}

/** The query again. @param {Parsed} query */
export function write({ picked, rest }) {
  const written = [...picked].flatMap(([key, { any, not, least, most }]) => [
    ...(any.size > 1 ? [`${key} in (${[...any].map(quoted).join(", ")})`] : [...any].map((one) => `${key}=${quoted(one)}`)),
    ...(not.size > 1 ? [`${key} not in (${[...not].map(quoted).join(", ")})`] : [...not].map((one) => `${key}!=${quoted(one)}`)),
    ...(least === undefined ? [] : [`${key}>=${quoted(least)}`]),
    ...(most === undefined ? [] : [`${key}<=${quoted(most)}`]),
  ]);
  return [...rest, ...written].join(" and ");
}

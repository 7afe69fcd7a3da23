// What a query may go on with, at a place in it. No requests: who asks gives the fields, and a function that counts values.

import { TEXTS } from "./field-types.js";
import { quoted } from "./where.js";
import { contextAt } from "./where-tokens.js";

/** @typedef {{ key: string, label: string, type: string, operators: readonly string[], choices: readonly string[], facet: boolean, unit?: string }} Field */
/** @typedef {{ text: string, detail: string, from: number, insert: string }} Completion */
/** @typedef {(key: string, typed: string) => Promise<{ value: string, label: string, assets: number | null }[]>} CountValues */

const MOST = 12;
const SIGNS = [["=", "is"], ["!=", "is not"], [":", "contains"], [">=", "at least"], ["<=", "at most"], [">", "more than"], ["<", "less than"]];
/** The operators of the API by the signs of a query. @type {Record<string, string>} */
const NAMES = { ":": "contains" };

/** @param {string} one @param {string} other */
const begins = (one, other) => one.toLowerCase().startsWith(other.toLowerCase());

/** @param {Field} field @param {string} sign */
const takes = (field, sign) => field.operators.includes(NAMES[sign] ?? sign);

/** @param {readonly Field[]} fields @param {string} typed */
function matching(fields, typed) {
  const parts = (/** @type {Field} */ one) => one.key.includes(typed.toLowerCase()) || one.label.toLowerCase().includes(typed.toLowerCase());
  return [...fields.filter((one) => begins(one.key, typed)), ...fields.filter((one) => !begins(one.key, typed) && parts(one))];
}

/**
 * The completions at a place of a query.
 * @param {string} text
 * @param {number} caret
 * @param {readonly Field[]} fields
 * @param {CountValues} count
 * @returns {Promise<Completion[]>}
 */
export async function completions(text, caret, fields, count) {
  const { expected, field: key, from, typed } = contextAt(text, caret);
  /** @param {string} shown @param {string} detail @param {string} [insert] @returns {Completion} */
  const made = (shown, detail, insert = shown) => ({ text: shown, detail, from, insert });
  const named = () => matching(fields.filter((one) => one.operators.length), typed).slice(0, MOST).map((one) => made(one.key, one.label));
  const words = (/** @type {string[][]} */ given) => given.filter(([word]) => begins(word, typed)).map(([word, detail]) => made(word, detail, `${word} `));
  const field = fields.find((one) => one.key === key);
  switch (expected) {
    case "condition":
      return [...named(), ...words([["not", "what does not hold"], ...(typed ? [["has:", "has a value"]] : [])]).map((one) => (one.text === "has:" ? { ...one, insert: "has:" } : one))];
    case "has":
      return named().map((one) => ({ ...one, insert: `${one.insert} ` }));
    case "operator": {
      if (!field) return [];
      const signs = SIGNS.filter(([sign]) => takes(field, sign)).filter(([sign]) => !typed || begins(sign, typed)).map(([sign, says]) => made(sign, says));
      return [...signs, ...(takes(field, "=") ? words([["in", "one of several"], ["not in", "none of several"]]).map((one) => ({ ...one, insert: `${one.insert}(` })) : [])];
    }
    case "value": {
      if (!field) return [];
      if (field.type === "boolean") return words([["yes", ""], ["no", ""]]);
      if (field.choices.length) return field.choices.filter((one) => begins(one, typed)).map((one) => made(one, "", `${quoted(one)} `));
      if (!field.facet) return [];
      const values = await count(field.key, typed);
      return values.map(({ value, label, assets }) => made(label, assets === null ? "" : assets.toLocaleString("en"), `${quoted(value)} `));
    }
    case "joint":
      return words([["and", "both hold"], ["or", "one of them holds"]]);
    case "more":
      return typed ? [] : [made(", ", "another value"), made(")", "the end of the list", ") ")];
    case "list":
      return [made("(", "the values")];
    default:
      return words([["in", "none of several"]]);
  }
}

/** What helps where a value is missing. @param {Field | undefined} field */
export function valueHint(field) {
  if (!field) return "";
  if (field.type === "date") return "A year, month, day or time: 2024, 2024-06, 2024-06-01T10:00.";
  if (field.type === "number") return `A number${field.unit ? `, in ${field.unit}` : ""}.`;
  if (TEXTS.has(field.type)) return "A text; with spaces in quotes.";
  return "";
}

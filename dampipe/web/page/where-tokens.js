// Reads a query (docs/queries.md has the grammar) as far as it goes: its parts with their places, what is wrong and where, and what
// may follow at a place. The server has the last word (`dampipe/features/facets/grammar.py`); this reads while one types.

/** @typedef {"condition" | "has" | "operator" | "in" | "list" | "value" | "more" | "joint"} Expected what may follow */
/**
 * A part of a query. before: what was expected where it stands; of: the field that it belongs to; value: of a value what it says.
 * @typedef {{ kind: "field" | "operator" | "value" | "word" | "bracket", at: number, end: number, text: string, before: Expected, of: string, value?: string, isOpen?: boolean }} Part
 */
/** @typedef {{ at: number, end: number, message: string }} Fault */
/** @typedef {{ parts: Part[], fault: Fault | null, expected: Expected, field: string, isInList: boolean }} Reading */

const SPACE = /\s*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATOR = /!=|<=|>=|=|<|>|:/y;
const PLAIN = /[^\s(),"'\\]+/y;
const NUMBER = /^[+-]?[\d.][\d.:eE+-]*$/;
const UNIT = /\s+([A-Za-zµ°%][A-Za-z0-9µ°%/]*)(?=\s*(?:$|[),]|(?:and|or)(?![A-Za-z0-9_])))/iy;
const WORDS = new Set(["and", "or", "not", "in"]);

/** What is missing where a query ends too early. @type {Record<Expected, string>} */
const MISSING = {
  condition: "A field is missing.",
  has: "A field is missing after “has:”.",
  operator: "A comparison is missing: =, !=, <, <=, >, >=, : or in.",
  in: "“in” is missing after “not”.",
  list: "“(” is missing after “in”.",
  value: "A value is missing.",
  more: "“,” or “)” is missing.",
  joint: "",
};

/**
 * Read a query. What is wrong first is its fault; nothing after that is read.
 * @param {string} text
 * @returns {Reading}
 */
export function read(text) {
  /** @type {Part[]} */
  const parts = [];
  /** @type {number[]} */
  const opened = [];
  /** @type {Expected} */
  let expected = "condition";
  let field = "";
  let isInList = false;
  let at = 0;

  /** @param {RegExp} pattern */
  const match = (pattern) => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? "";
  };
  /** @param {Part["kind"]} kind @param {string} found @param {Partial<Part>} [more] */
  const take = (kind, found, more = {}) => {
    parts.push({ kind, at, end: at + found.length, text: found, before: expected, of: field, ...more });
    at += found.length;
  };
  /** @param {string} message @param {number} [from] @param {number} [to] @returns {Reading} */
  const wrong = (message, from = at, to = Math.max(from + 1, at + (match(NAME).length || 1))) => ({ parts, fault: { at: from, end: to, message }, expected, field, isInList });

  for (;;) {
    at += match(SPACE).length;
    if (at >= text.length) break;
    const sign = text[at];
    const name = match(NAME);
    const word = name.toLowerCase();
    if (expected === "condition") {
      if (sign === "(") {
        opened.push(at);
        take("bracket", "(");
      } else if (word === "not") take("word", name);
      else if (WORDS.has(word)) return wrong(`A field is missing before “${name}”.`);
      else if (word === "has" && /^\s*:/.test(text.slice(at + name.length))) {
        take("word", name);
        at += match(SPACE).length;
        take("operator", ":");
        expected = "has";
      } else if (name) {
        take("field", name);
        field = name;
        parts[parts.length - 1].of = name;
        expected = "operator";
      } else return wrong("A field is missing.");
    } else if (expected === "has") {
      if (!name) return wrong(MISSING.has);
      take("field", name);
      expected = "joint";
    } else if (expected === "operator") {
      const operator = match(OPERATOR);
      if (word === "not" || word === "in") {
        take("word", name);
        expected = word === "in" ? "list" : "in";
      } else if (operator) {
        take("operator", operator);
        expected = "value";
        isInList = false;
      } else return wrong(`A comparison (=, !=, <, <=, >, >=, : or in) is missing after “${field}”.`);
    } else if (expected === "in") {
      if (word !== "in") return wrong(MISSING.in);
      take("word", name);
      expected = "list";
    } else if (expected === "list") {
      if (sign !== "(") return wrong(MISSING.list);
      take("bracket", "(");
      expected = "value";
      isInList = true;
    } else if (expected === "value") {
      const fault = value();
      if (fault) return wrong(...fault);
      expected = isInList ? "more" : "joint";
    } else if (expected === "more") {
      if (sign !== "," && sign !== ")") return wrong(MISSING.more);
      take("bracket", sign);
      expected = sign === "," ? "value" : "joint";
      isInList = sign === ",";
    } else if (sign === ")") {
      if (!opened.length) return wrong("There is no “(” for this “)”.");
      opened.pop();
      take("bracket", ")");
    } else if (word === "and" || word === "or") {
      take("word", name);
      expected = "condition";
      field = "";
    } else return wrong("“and” or “or” is missing.");
  }
  if (!parts.length) return { parts, fault: null, expected, field, isInList };
  if (expected !== "joint") return wrong(MISSING[expected], parts[parts.length - 1].at, text.trimEnd().length);
  if (opened.length) return wrong("“)” is missing for this “(”.", opened[opened.length - 1], opened[opened.length - 1] + 1);
  return { parts, fault: null, expected, field, isInList };

  /** Take a value; returns what is wrong with it. @returns {[string, number, number] | null} */
  function value() {
    const begin = at;
    const quote = text[at];
    if (quote === '"' || quote === "'") {
      let [end, said] = [at + 1, ""];
      while (end < text.length && text[end] !== quote) {
        if (text[end] === "\\") end += 1;
        said += text[end] ?? "";
        end += 1;
      }
      const isOpen = end >= text.length;
      take("value", text.slice(begin, isOpen ? text.length : end + 1), { value: said, isOpen });
      return isOpen ? ["The quote is not closed.", begin, text.length] : null;
    }
    const plain = match(PLAIN);
    if (!plain || "=<>".includes(plain[0])) return [MISSING.value, begin, begin + 1];
    if (`"'\\`.includes(text[at + plain.length] ?? " ")) return ["A value with quotes or backslashes has to stand in quotes.", begin, begin + plain.length + 1];
    at += plain.length;
    const unit = NUMBER.test(plain) ? match(UNIT) : "";
    at = begin;
    const whole = plain + (WORDS.has(unit.trim().toLowerCase()) ? "" : unit);
    take("value", whole, { value: whole });
    return null;
  }
}

/**
 * What may stand at a place of a query: what is expected there, of which field it is the operator or value, and `from` where the part
 * that is being typed begins, `typed` of which there is already; hasQuote: a quote was opened.
 * @param {string} text
 * @param {number} [caret]
 */
export function contextAt(text, caret = text.length) {
  const before = text.slice(0, caret);
  const { parts, expected, field, fault } = read(before);
  const last = parts[parts.length - 1];
  const isLast = last && last.end === caret && last.kind !== "bracket";
  if (isLast && last.kind !== "operator") {
    const isWordOfOperator = last.kind === "word" && (last.before === "operator" || last.before === "in");
    const kind = last.before === "joint" ? "joint" : isWordOfOperator ? "operator" : last.before;
    return { expected: kind, field: last.of, from: last.at, typed: last.value ?? last.text, hasQuote: /^["']/.test(last.text) };
  }
  // A word that is not complete yet, where “and” or “or” is missing: it is being typed.
  const [word = ""] = /[A-Za-z_][A-Za-z0-9_]*$/.exec(before) ?? [];
  if (fault && word && fault.at === caret - word.length) return { expected, field, from: fault.at, typed: word, hasQuote: false };
  return { expected, field, from: caret, typed: "", hasQuote: false };
}

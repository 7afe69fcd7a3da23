// The input of the query string: completes fields, operators and values as one types, and underlines what is wrong at its place.

import { get, problemOf } from "./api.js";
import { completions, valueHint } from "./completion.js";
import { h } from "./dom.js";
import { fields } from "./fields.js";
import { suggestions } from "./suggest.js";
import { read } from "./where-tokens.js";

/** Milliseconds after the last key until the server is asked whether it can read the query. */
const PAUSE = 500;
const VALUES = 12;

/** The filters that queries have as fields, too. @type {Promise<import("dampipe-api").Schemas["FilterReport"][]> | null} */
let filtersOfQueries = null;
const inQueries = () => (filtersOfQueries ??= get("/filters").then((all) => all.filter((one) => one.in_queries), () => []));

/** What a query may name. @returns {Promise<import("./completion.js").Field[]>} */
async function named() {
  const own = (await inQueries()).map(({ in_queries: key = "", label, is_ordered: isOrdered, suggests }) =>
    ({ key, label, type: "filter", operators: isOrdered ? ["<", "<=", ">", ">="] : ["=", "!="], choices: [], facet: Boolean(suggests) }));
  return [.../** @type {import("./completion.js").Field[]} */ (await fields()), ...own];
}

/**
 * An element with the input in it. others: the filters that are chosen beside the query, of which values are counted.
 * @param {import("./dom.js").Properties} properties of the input
 * @param {() => [string, string][]} others
 */
export function queryInput(properties, others) {
  const under = h("span", { class: "query-faults", "aria-hidden": "true" });
  const said = h("small", { id: "query-problem", class: "problem", role: "status" });
  const input = h("input", { ...properties, spellcheck: false, autocapitalize: "off", "aria-describedby": "query-problem" });
  const element = h("span", { class: "query-input" }, under, input);
  let checking = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {{ at: number, end: number, message: string } | null} fault */
  function show(fault) {
    const { value } = input;
    input.setAttribute("aria-invalid", String(fault !== null));
    said.textContent = fault?.message ?? "";
    if (fault) under.replaceChildren(value.slice(0, fault.at), h("u", {}, value.slice(fault.at, fault.end) || " "), value.slice(fault.end));
    else under.replaceChildren();
    under.scrollLeft = input.scrollLeft;
  }

  /** What is wrong with the query as the server reads it: it knows the fields, and what their values may be. @param {AbortSignal} signal */
  async function ask(signal) {
    const { value } = input;
    const problem = await get("/search", [["where", value], ["limit", 1]], signal).then(() => null, problemOf);
    if (signal.aborted || value !== input.value) return;
    const position = problem?.code.startsWith("where.") ? Number(problem.parameters.position) - 1 : NaN;
    if (!problem || Number.isNaN(position)) return;
    const at = [...value].slice(0, position).join("").length;
    const part = read(value).parts.find((one) => one.at <= at && at < one.end);
    show({ at, end: part?.end ?? value.length, message: sentence(problem.parameters.problem) });
  }

  /** isDone: the query is not being typed, so that an end that is missing is a fault. @param {boolean} isDone */
  function check(isDone) {
    clearTimeout(timer);
    checking.abort();
    checking = new AbortController();
    const { signal } = checking;
    const { value } = input;
    const { fault, expected, field } = read(value);
    const isOpen = fault !== null && fault.end >= value.trimEnd().length && ["condition", "has", "operator", "in", "list", "value", "more"].includes(expected);
    const isTyped = !isDone && isOpen;
    if (fault) {
      const known = expected === "value" ? fields().then((all) => all.find((one) => one.key === field)) : Promise.resolve(undefined);
      if (isTyped) show(null);
      else known.then((of) => !signal.aborted && show({ ...fault, message: [fault.message, valueHint(of)].filter(Boolean).join(" ") }));
    } else {
      show(null);
      if (value.trim()) timer = setTimeout(() => ask(signal), isDone ? 0 : PAUSE);
    }
  }

  /** @param {AbortSignal} signal */
  const counted = (signal) => async (/** @type {string} */ key, /** @type {string} */ typed) => {
    const filter = (await inQueries()).find((one) => one.in_queries === key);
    if (filter) {
      const values = await get(`/filters/${filter.name}/values`, {}, signal);
      return values.filter((one) => one.toLowerCase().includes(typed.toLowerCase())).slice(0, VALUES).map((value) => ({ value, label: value, assets: null }));
    }
    const found = await get("/facets", [...others(), ["facet", key], ["containing", typed], ["limit", VALUES]], signal);
    return found.facets[0]?.values ?? [];
  };

  const list = suggestions(input, "Completions", async (signal) => {
    const caret = input.selectionStart ?? input.value.length;
    const found = await completions(input.value, caret, await named(), counted(signal));
    const isComplete = found.length === 1 && found[0].insert.trim() === input.value.slice(found[0].from, caret);
    return isComplete ? [] : found.map(({ text, detail, from, insert }) => ({
      text, detail,
      choose: () => {
        input.setRangeText(insert, from, input.selectionStart ?? caret, "end");
        input.dispatchEvent(new Event("input", { bubbles: true }));
      },
    }));
  }, { tabChooses: true });
  input.addEventListener("input", () => check(false));
  input.addEventListener("blur", () => check(true));
  input.addEventListener("change", () => check(true));
  input.addEventListener("scroll", () => (under.scrollLeft = input.scrollLeft));
  return { element, input, said, close: list.close };
}

/** @param {string} text */
const sentence = (text) => `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}${/[.?!]$/.test(text) ? "" : "."}`;

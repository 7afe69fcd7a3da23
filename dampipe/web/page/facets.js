// The facet panel: how many assets have which values. Picking values writes the query in the filter of that name, which the
// address keeps, and which one may also type.

import { describe, get } from "./api.js";
import { h, redraw } from "./dom.js";
import { names } from "./filters.js";
import { parse, write } from "./where.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {Awaited<ReturnType<typeof counted>>} Counted */

const LIMIT = 12;
const OPEN = 4; // facets that are open at first
const NOT_FILTERS = new Set(["like", "picture"]);
/** @type {Map<string, boolean>} */
const opened = new Map(); // by key: whether it was opened or closed by hand
/** @type {string[][] | null} */
let sortable = null; // [[key, label]] of the fields that lists are sorted by

/** @param {string} one @param {string} other */
const same = (one, other) => one.localeCompare(other, undefined, { sensitivity: "accent" }) === 0;
/** @param {Iterable<string>} values @param {string} value */
const find = (values, value) => [...values].find((one) => same(one, value));

async function sortFields() {
  sortable ??= (await get("/metadata/fields")).filter((one) => one.sortable && !["term", "asset"].includes(one.type)).map((one) => [one.key, one.label]);
  return sortable;
}

/**
 * The counts of all facets; of one with picked values as if it had none, so that one can pick more.
 * @param {[string, string][]} filters
 * @param {string} text
 * @param {AbortSignal} signal
 */
async function counted(filters, text, signal) {
  const others = filters.filter(([name]) => name !== "where");
  const load = (/** @type {string} */ where, /** @type {(readonly unknown[])[]} */ more) => get("/facets", [...others, ...(where ? [["where", where]] : []), ["limit", LIMIT], ...more], signal);
  const all = await load(text, []);
  /** @type {Map<string, string>} */
  const types = new Map(all.facets.map((one) => [one.key, one.type]));
  for (const [key, type] of (await load("", [])).facets.map((one) => [one.key, one.type])) types.set(key, type);
  const query = parse(text, types);
  const facets = new Map(all.facets.map((one) => [one.key, one]));
  await Promise.all([...query.picked.keys()].map(async (key) => {
    const without = { ...query, picked: new Map([...query.picked].filter(([other]) => other !== key)) };
    const [one] = (await load(write(without), [["facet", key]])).facets;
    if (one) facets.set(key, one);
  }));
  return { assets: all.assets, facets: [...facets.values()], query, types };
}

/**
 * The panel in `aside`. submit(name, change): shows the list with another `where` or `sort`: change(the present one).
 * @param {HTMLElement} aside
 * @param {(name: string, change: (now: string) => string) => void} submit
 */
export function facetPanel(aside, submit) {
  let loading = new AbortController();

  /** Pick a value, or take it back, in the query of the address, which may have changed since the panel was drawn. */
  const pick = (/** @type {ReadonlyMap<string, string>} */ types, /** @type {string} */ key, /** @type {string} */ value, /** @type {"any" | "not"} */ kind) => submit("where", (text) => {
    const query = parse(text, types);
    const of = query.picked.get(key) ?? { any: new Set(), not: new Set() };
    const before = find(of[kind], value);
    for (const values of [of.any, of.not]) values.delete(find(values, value) ?? "");
    if (before === undefined) of[kind].add(value);
    query.picked.set(key, of);
    return write(query);
  });

  /**
   * @param {Counted} found
   * @param {Schemas["FacetReport"]} facet
   * @param {Schemas["FacetValue"] | { value: string, label: string, assets: null }} one
   */
  function line({ query, types }, facet, { value, label, assets }) {
    const of = query.picked.get(facet.key);
    const [isAny, isNot] = [of && find(of.any, value) !== undefined, of && find(of.not, value) !== undefined];
    const box = h("input", { type: "checkbox", checked: Boolean(isAny), "data-key": `${facet.key} ${value}`, onchange: () => pick(types, facet.key, value, "any") });
    const not = h("button", {
      type: "button", class: "not", "aria-pressed": String(Boolean(isNot)), "aria-label": `${facet.label}: not ${label}`, title: `Not ${label}`,
      onclick: () => pick(types, facet.key, value, "not"),
    }, "not");
    return h("li", { class: isNot ? "without" : "" }, h("label", {}, box, h("span", {}, label), h("small", {}, assets === null ? "–" : assets.toLocaleString("en"))), not);
  }

  /** @param {Counted} found @param {Schemas["FacetReport"]} facet @param {number} position */
  function section(found, facet, position) {
    const of = found.query.picked.get(facet.key);
    const picked = of ? [...of.any, ...of.not] : [];
    const missing = picked.filter((value) => !facet.values.some((one) => same(one.value, value))).map((value) => ({ value, label: value, assets: null }));
    const element = h("details", { open: opened.get(facet.key) ?? (position < OPEN || picked.length > 0) },
      h("summary", { "data-key": facet.key }, facet.label, picked.length ? h("small", {}, ` ${picked.length} picked`) : null),
      h("ul", {}, [...missing, ...facet.values].map((one) => line(found, facet, one))),
      facet.more ? h("p", { class: "hint" }, `${facet.more.toLocaleString("en")} more values`) : null);
    element.addEventListener("toggle", () => opened.set(facet.key, element.open));
    return element;
  }

  /** @param {string[][]} fields @param {string} sort @param {boolean} hasWords */
  function sorting(fields, sort, hasWords) {
    const options = [["", "newest first"], ...fields.flatMap(([key, label]) => [[key, `${label}, ascending`], [`-${key}`, `${label}, descending`]])];
    /** @type {HTMLSelectElement} */
    const select = h("select", { "aria-label": "Sort by", disabled: hasWords, onchange: () => submit("sort", () => select.value) },
      options.map(([value, text]) => h("option", { value, selected: value === sort }, text)));
    return h("label", { class: "sort" }, h("span", {}, hasWords ? "Ranked by the words" : "Sort by"), select);
  }

  /** Show the facets of the query of an address. */
  return async function show(/** @type {URLSearchParams} */ parameters) {
    loading.abort();
    loading = new AbortController();
    const { signal } = loading;
    if (aside.hidden) return;
    const filters = [...parameters].filter(([name, value]) => value && names.includes(name) && !NOT_FILTERS.has(name));
    const text = parameters.get("where") ?? "";
    const hasWords = ["q", "like", "picture"].some((name) => parameters.get(name));
    try {
      const [found, fields] = [await counted(filters, text, signal), await sortFields()];
      const { assets, facets, query, types } = found;
      const chosen = [...query.picked.values()].some(({ any, not }) => any.size + not.size);
      redraw(aside,
        sorting(fields, parameters.get("sort") ?? "", hasWords),
        h("p", { class: "hint" }, `${assets.toLocaleString("en")} ${assets === 1 ? "asset" : "assets"}${hasWords ? ", before the words" : ""}`),
        facets.map((facet, position) => section(found, facet, position)),
        facets.length ? null : h("p", { class: "hint" }, "No asset has a value of a facet."),
        chosen ? h("button", { type: "button", onclick: () => submit("where", (now) => write({ picked: new Map(), rest: parse(now, types).rest })) }, "Pick none") : null);
    } catch (problem) {
      if (!signal.aborted) aside.replaceChildren(h("p", { class: "hint", role: "alert" }, describe(problem)));
    }
  };
}

// The facet panel: how many assets have which values, with a picker for each kind of facet. Picking writes the query in the filter of
// that name, which the address keeps, and which one may also type. It stands beside every list; on a phone it is a sheet over it.

import { describe, get } from "./api.js";
import { h, redraw } from "./dom.js";
import { SPANS } from "./field-types.js";
import { facetTypes, fields } from "./fields.js";
import { names } from "./filters.js";
import { follow } from "./follow.js";
import { dateBars, spanInputs } from "./facet-spans.js";
import { countOf, none, parse, write } from "./where.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {Awaited<ReturnType<typeof counted>>} Counted */
/** @typedef {import("./where.js").Picked} Picked */
/** @typedef {{ value: string, label: string, assets: number | null, parent?: string }} Value */

const LIMIT = 12;
const MORE = 50; // values that are shown where one looks for some
const MONTHS = 1000;
const OPEN = 6; // facets that are open at first
const PAUSE = 2000; // milliseconds between two countings because something has happened
const NOT_FILTERS = new Set(["like", "picture"]);
/** @type {Map<string, boolean>} */
const opened = new Map(); // by key: whether it was opened or closed by hand
/** @type {Map<string, string>} */
const sought = new Map(); // by key: what is looked for among its values

/** @param {string} one @param {string} other */
const same = (one, other) => one.localeCompare(other, undefined, { sensitivity: "accent" }) === 0;
/** @param {Iterable<string>} values @param {string} value */
const find = (values, value) => [...values].find((one) => same(one, value));

/** Pairs of key and label of the fields that lists are sorted by. */
const sortFields = async () => (await fields()).filter((one) => one.sortable && !["term", "asset"].includes(one.type)).map((one) => [one.key, one.label]);

/** @param {[string, string][]} filters @param {string} where */
const narrowedBy = (filters, where) => [...filters.filter(([name]) => name !== "where"), ...(where ? [["where", where]] : [])];

/** The query without what is picked of a facet. @param {import("./where.js").Parsed} query @param {string} key */
const without = (query, key) => write({ ...query, picked: new Map([...query.picked].filter(([other]) => other !== key)) });

/**
 * The counts of all facets; of one that is picked as if it were not, so that one can pick more.
 * @param {[string, string][]} filters
 * @param {string} text
 * @param {AbortSignal} signal
 */
async function counted(filters, text, signal) {
  const types = await facetTypes();
  const query = parse(text, types);
  const load = (/** @type {string} */ where, /** @type {(readonly unknown[])[]} */ more) => get("/facets", [...narrowedBy(filters, where), ...more], signal);
  const all = await load(text, [["limit", LIMIT]]);
  const facets = new Map(all.facets.map((one) => [one.key, one]));
  const dates = [...types].filter(([, type]) => type === "date").map(([key]) => key);
  const others = new Set([...query.picked.keys(), ...dates.filter((key) => facets.has(key)), ...[...sought].filter(([key, words]) => words && types.has(key)).map(([key]) => key)]);
  await Promise.all([...others].map(async (key) => {
    const words = sought.get(key) ?? "";
    const limit = types.get(key) === "date" ? MONTHS : words ? MORE : LIMIT;
    const [one] = (await load(without(query, key), [["facet", key], ["limit", limit], ...(words ? [["containing", words]] : [])])).facets;
    if (one && (one.values.length || countOf(query.picked.get(key)) || words)) facets.set(key, one);
  }));
  const facts = new Set((await fields()).filter((one) => one.is_fact).map((one) => one.key));
  const ordered = [...facets.values()].sort((one, other) => Number(facts.has(one.key)) - Number(facts.has(other.key)));
  return { assets: all.assets, facets: ordered, query, types };
}

/**
 * The panel in `aside`. submit(name, change): shows the list with another `where` or `sort`: change(the present one). close: called where
 * a person closes it.
 * @param {HTMLElement} aside
 * @param {(name: string, change: (now: string) => string) => void} submit
 * @param {() => void} close
 */
export function facetPanel(aside, submit, close) {
  let loading = new AbortController();
  /** @type {URLSearchParams} */
  let present = new URLSearchParams();
  let canSort = true;
  let isStale = false; // something has happened while the panel was being used

  /** Change what is picked of a facet in the query of the address, which may have changed since the panel was drawn. */
  const change = (/** @type {ReadonlyMap<string, string>} */ types, /** @type {string} */ key, /** @type {(of: Picked) => Picked} */ to) => submit("where", (text) => {
    const query = parse(text, types);
    query.picked.set(key, to(query.picked.get(key) ?? none()));
    return write(query);
  });

  /** Pick a value, or take it back. */
  const pick = (/** @type {ReadonlyMap<string, string>} */ types, /** @type {string} */ key, /** @type {string} */ value, /** @type {"any" | "not"} */ kind) => change(types, key, (of) => {
    const before = find(of[kind], value);
    for (const values of [of.any, of.not]) values.delete(find(values, value) ?? "");
    if (before === undefined) of[kind].add(value);
    return of;
  });

  /**
   * @param {Counted} counts
   * @param {Schemas["FacetReport"]} facet
   * @param {Value} one
   * @param {Value[]} [all] of a tree, those that may be below it
   * @returns {HTMLElement}
   */
  function line(counts, facet, { value, label, assets }, all = []) {
    const { query, types } = counts;
    const of = query.picked.get(facet.key);
    const [isAny, isNot] = [of && find(of.any, value) !== undefined, of && find(of.not, value) !== undefined];
    const box = h("input", { type: "checkbox", checked: Boolean(isAny), "data-key": `${facet.key} ${value}`, onchange: () => pick(types, facet.key, value, "any") });
    const not = h("button", {
      type: "button", class: "not", "aria-pressed": String(Boolean(isNot)), "aria-label": `${facet.label}: not ${label}`, title: `Not ${label}`,
      onclick: () => pick(types, facet.key, value, "not"),
    }, "not");
    const below = all.filter((other) => other.parent === value && other.value !== value);
    return h("li", { class: isNot ? "without" : "" },
      h("div", { class: "value" }, h("label", {}, box, h("span", { title: label }, label), h("small", {}, assets === null ? "–" : assets.toLocaleString("en"))), not),
      below.length ? h("ul", {}, below.map((other) => line(counts, facet, other, all))) : null);
  }

  /** The values, terms as a tree, after those that are picked and not among them. @param {Counted} counts @param {Schemas["FacetReport"]} facet */
  function values(counts, facet) {
    const of = counts.query.picked.get(facet.key);
    const picked = of ? [...of.any, ...of.not] : [];
    const missing = picked.filter((value) => !facet.values.some((one) => same(one.value, value))).map((value) => ({ value, label: value, assets: null }));
    const shown = /** @type {Value[]} */ (facet.values.slice(0, sought.get(facet.key) ? MORE : LIMIT));
    const isTree = facet.type === "term";
    const keys = new Set(shown.map((one) => one.value));
    const tops = isTree ? shown.filter((one) => !one.parent || !keys.has(one.parent)) : shown;
    return h("ul", { class: isTree ? "tree" : "" }, missing.map((one) => line(counts, facet, one)), tops.map((one) => line(counts, facet, one, isTree ? shown : [])));
  }

  /** An input that looks for values, where there are more than are shown. @param {Schemas["FacetReport"]} facet */
  function finder(facet) {
    const words = sought.get(facet.key) ?? "";
    if (!words && !facet.more) return null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const input = h("input", { type: "search", class: "find", value: words, placeholder: `Find in ${(facet.values.length + facet.more).toLocaleString("en")} values`, "aria-label": `Find in ${facet.label}`, "data-key": `find ${facet.key}`, autocomplete: "off" });
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        sought.set(facet.key, input.value.trim());
        show(present);
      }, 250);
    });
    return input;
  }

  /** @param {Counted} counts @param {Schemas["FacetReport"]} facet @param {number} position */
  function section(counts, facet, position) {
    const of = counts.query.picked.get(facet.key);
    const count = countOf(of);
    const isDate = facet.type === "date";
    const span = (/** @type {Parameters<import("./facet-spans.js").PickSpan>[0]} */ to) => change(counts.types, facet.key, ({ any, not, ...now }) => ({ any: isDate ? new Set() : any, not, ...to(now) }));
    const nothing = sought.get(facet.key) && !facet.values.length ? h("p", { class: "hint" }, "No such value.") : null;
    const element = h("details", { open: opened.get(facet.key) ?? (position < OPEN || count > 0) },
      h("summary", { "data-key": facet.key }, facet.label, count ? h("small", {}, ` ${count} picked`) : null),
      isDate ? dateBars(facet, of, span) : null,
      SPANS.has(facet.type) ? spanInputs(facet, of, span) : null,
      isDate ? null : finder(facet),
      nothing,
      isDate ? null : values(counts, facet),
      facet.more && !isDate ? h("p", { class: "hint" }, `${facet.more.toLocaleString("en")} more values`) : null);
    element.addEventListener("toggle", () => opened.set(facet.key, element.open));
    return element;
  }

  /** @param {string[][]} sortable @param {string} sort @param {boolean} hasWords */
  function sorting(sortable, sort, hasWords) {
    const options = [["", "newest first"], ...sortable.flatMap(([key, label]) => [[key, `${label}, ascending`], [`-${key}`, `${label}, descending`]])];
    /** @type {HTMLSelectElement} */
    const select = h("select", { "aria-label": "Sort by", disabled: hasWords, onchange: () => submit("sort", () => select.value) },
      options.map(([value, text]) => h("option", { value, selected: value === sort }, text)));
    return h("label", { class: "sort" }, h("span", {}, hasWords ? "Ranked by the words" : "Sort by"), select);
  }

  /** @param {string} text */
  const head = (text) => h("div", { class: "facets-head" }, h("h2", {}, "Facets"), h("p", { class: "hint", role: "status" }, text), h("button", { type: "button", class: "small", "aria-label": "Close the facets", onclick: close }, "Close"));

  aside.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    close();
  });

  /** Count again, since something has happened; what is being used stays until it is left. */
  function renew() {
    if (aside.matches(":hover, :focus-within")) isStale = true;
    else show(present);
  }
  follow(new AbortController().signal, [""], renew, { pause: PAUSE });
  for (const left of ["pointerleave", "focusout"]) aside.addEventListener(left, () => setTimeout(() => isStale && renew()));

  /** Show the facets of the query of an address. @param {URLSearchParams} parameters @param {boolean} [isSorted] whether the panel says how the list is sorted */
  async function show(parameters, isSorted = canSort) {
    canSort = isSorted;
    loading.abort();
    loading = new AbortController();
    present = parameters;
    isStale = false;
    const { signal } = loading;
    if (aside.hidden) return;
    const filters = /** @type {[string, string][]} */ ([...parameters].filter(([name, value]) => value && names.includes(name) && !NOT_FILTERS.has(name)));
    const text = parameters.get("where") ?? "";
    const hasWords = ["q", "like", "picture"].some((name) => parameters.get(name));
    try {
      const [counts, sortable] = [await counted(filters, text, signal), await sortFields()];
      if (signal.aborted) return;
      const { assets, facets, query, types } = counts;
      const isPicked = [...query.picked.values()].some((of) => countOf(of));
      const focused = document.activeElement instanceof HTMLInputElement && aside.contains(document.activeElement) ? document.activeElement : null;
      const typed = focused?.type === "search" ? { key: focused.dataset.key, value: focused.value, at: focused.selectionStart } : null;
      const scrolled = aside.scrollTop;
      redraw(aside,
        head(`${assets.toLocaleString("en")} ${assets === 1 ? "asset" : "assets"}${hasWords ? ", before the words" : ""}`),
        canSort ? sorting(sortable, parameters.get("sort") ?? "", hasWords) : null,
        facets.map((facet, position) => section(counts, facet, position)),
        facets.length ? null : h("p", { class: "hint" }, "No asset has a value of a facet."),
        h("div", { class: "facets-foot" },
          isPicked ? h("button", { type: "button", onclick: () => submit("where", (now) => write({ picked: new Map(), rest: parse(now, types).rest })) }, "Pick none") : null,
          h("button", { type: "button", class: "primary done", onclick: close }, `Show ${assets.toLocaleString("en")} ${assets === 1 ? "asset" : "assets"}`)));
      aside.scrollTop = scrolled;
      const again = typed && /** @type {HTMLInputElement | null} */ (aside.querySelector(`input[data-key="${CSS.escape(typed.key ?? "")}"]`));
      if (again && typed) {
        again.value = typed.value;
        again.setSelectionRange(typed.at, typed.at);
      }
    } catch (problem) {
      if (!signal.aborted) aside.replaceChildren(head(""), h("p", { class: "hint", role: "alert" }, describe(problem)));
    }
  }
  return show;
}

// The inputs of a saved search: a query, further filters, and the order.

import { get } from "/page/api.js";
import { h } from "/page/dom.js";

/** @typedef {Record<string, readonly string[]>} Filters */

/**
 * Inputs of the filters and the order of a saved search; `read` returns them as the API takes them.
 * @param {Filters} filters
 * @param {string} sort
 */
export function searchFields(filters, sort) {
  const query = h("input", { name: "where", value: (filters.where ?? []).join(" and "), autocomplete: "off", placeholder: "rating>=4 and shot_on>=2026-05" });
  const rows = h("div", { class: "filter-rows" });
  const order = h("select", { name: "sort" }, h("option", { value: "" }, "newest first"));

  /** @type {{ name: string, label: string, choices: readonly string[] }[]} */
  let known = [];

  /** @param {string} name @param {string} value */
  function row(name, value) {
    const select = h("select", { "aria-label": "Filter" }, known.map((one) => h("option", { value: one.name, selected: one.name === name }, one.label)));
    const input = h("input", { value, "aria-label": "Value of the filter", autocomplete: "off" });
    const made = h("div", { class: "filter-row" }, select, input);
    made.append(h("button", { type: "button", "aria-label": "Remove the filter", onclick: () => made.remove() }, "×"));
    return made;
  }

  const more = h("button", { type: "button", class: "small", onclick: () => {
    const made = row(known[0]?.name ?? "", "");
    rows.append(made);
    made.querySelector("select")?.focus();
  } }, "Add a filter");

  /** Offer what there is. */
  async function fill() {
    const [all, fields] = await Promise.all([get("/filters"), get("/metadata/fields")]);
    known = all.filter(({ name }) => name !== "where").map(({ name, label, choices }) => ({ name, label, choices }));
    rows.replaceChildren(...Object.entries(filters).filter(([name]) => name !== "where").flatMap(([name, values]) => values.map((value) => row(name, value))));
    const sortable = fields.filter((one) => one.sortable && !["term", "asset"].includes(one.type));
    order.append(...sortable.flatMap(({ key, label }) => [[key, `${label}, ascending`], [`-${key}`, `${label}, descending`]])
      .map(([value, text]) => h("option", { value, selected: value === sort }, text)));
  }
  const filled = fill();
  filled.catch(() => {});

  const element = h("fieldset", { class: "search-fields" }, h("legend", {}, "What it finds"),
    h("label", {}, h("span", {}, "Query"), query), rows, more, h("label", {}, h("span", {}, "Sorted by"), order));
  return {
    element,
    read() {
      /** @type {Record<string, string[]>} */
      const found = {};
      if (query.value.trim()) found.where = [query.value.trim()];
      for (const one of rows.children) {
        const [name, value] = [one.querySelector("select")?.value ?? "", one.querySelector("input")?.value.trim() ?? ""];
        if (name && value) found[name] = [...(found[name] ?? []), value];
      }
      return { filters: found, sort: order.value };
    },
  };
}

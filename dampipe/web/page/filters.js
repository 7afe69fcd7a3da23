// The filter inputs under the search box, made of the list of filters that the server gives. The address holds what is chosen.

import { get } from "./api.js";
import { h } from "./dom.js";
import { queryInput } from "./query-input.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

/** Each { name, label, help, multiple, choices, example, suggests }; empty where the server does not answer. */
const fields = await get("/filters").catch(() => []);

/** What a query may hold beside words: filters, and what it is to look like. */
export const names = [...fields.map((field) => field.name), "like", "picture"];

const labels = Object.fromEntries(fields.map((field) => [field.name, field.label.toLowerCase()]));

/** The label of a filter, in a sentence. @param {string} name */
export const label = (name) => labels[name] ?? name;

/** The input of the query string, where there is one. @type {ReturnType<typeof queryInput> | null} */
let query = null;

/** @param {Schemas["FilterReport"]} filter */
function input({ name, label, help, choices, example, suggests }) {
  if (choices.length) {
    const options = ["", ...choices].map((value) => h("option", { value }, value || "any"));
    return h("select", { name, form: "search", title: help, "aria-label": label }, options);
  }
  return h("input", { name, form: "search", title: help, placeholder: example, autocomplete: "off", list: suggests ? `values-${name}` : null, "aria-label": label });
}

const suggesting = fields.filter((field) => field.suggests);

/**
 * The input of the query string, with what is wrong below it.
 * @param {Schemas["FilterReport"]} filter
 * @param {HTMLFormElement} form
 */
function whereInput({ name, label, help, example }, form) {
  const others = () => chosen(form).filter(([other]) => other !== name);
  query = queryInput({ id: `filter-${name}`, name, form: "search", title: help, placeholder: example, autocomplete: "off" }, others);
  return h("div", { class: "wide" }, h("label", { for: `filter-${name}` }, h("span", {}, label)), query.element, query.said);
}

/** Build the inputs within a fieldset of the form. @param {HTMLElement} fieldset @param {HTMLFormElement} form */
export function build(fieldset, form) {
  const [wheres, others] = [fields.filter(({ name }) => name === "where"), fields.filter(({ name }) => name !== "where")];
  fieldset.append(...wheres.map((field) => whereInput(field, form)), ...others.map((field) => h("label", {}, h("span", {}, field.label), input(field))));
  fieldset.append(...suggesting.map(({ name }) => h("datalist", { id: `values-${name}` })));
}

/** Offer the values that exist now. @param {HTMLElement} fieldset */
export async function offer(fieldset) {
  await Promise.all(suggesting.map(async ({ name }) => {
    const values = await get(`/filters/${name}/values`).catch(() => []);
    fieldset.querySelector(`#values-${name}`)?.replaceChildren(...values.map((value) => h("option", { value })));
  }));
}

/** What an input was filled with: a value may contain a comma itself. @type {WeakMap<Element, { text: string, values: string[] }>} */
const given = new WeakMap();

/** @typedef {HTMLInputElement | HTMLSelectElement} Control */

/** Show the filters of the address. @param {HTMLFormElement} form @param {URLSearchParams} parameters */
export function fill(form, parameters) {
  for (const { name, choices } of fields) {
    const element = /** @type {Control} */ (form.elements.namedItem(name));
    const values = parameters.getAll(name);
    const text = values.join(", ");
    if (element instanceof HTMLSelectElement && choices.length && ![...element.options].some((option) => option.value === text)) element.append(h("option", { value: text }, text));
    if (element.value !== text) {
      element.value = text;
      if (element === query?.input) element.dispatchEvent(new Event("change")); // it is checked
    }
    given.set(element, { text, values });
  }
}

/**
 * The chosen filters, as the address and the API take them: [[name, value]]. Several values have commas between them.
 * @param {HTMLFormElement} form
 */
export function chosen(form) {
  return fields.flatMap(({ name, multiple }) => {
    const pair = (/** @type {string} */ one) => /** @type {[string, string]} */ ([name, one]);
    const element = /** @type {Control} */ (form.elements.namedItem(name));
    const { value } = element;
    const filled = given.get(element);
    if (filled && value === filled.text) return filled.values.map(pair);
    const values = multiple ? value.split(",") : [value];
    return values.map((one) => one.trim()).filter(Boolean).map(pair);
  });
}

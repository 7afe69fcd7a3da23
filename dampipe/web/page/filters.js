// The filter inputs under the search box, made of the list of filters that the server gives. The address holds what is chosen.

import { get } from "./api.js";
import { h } from "./dom.js";

/** Each { name, label, help, multiple, choices, example, suggests }; empty where the server does not answer. */
const fields = await get("/filters").catch(() => []);

/** What a query may hold beside words: filters, and what it is to look like. */
export const names = [...fields.map((field) => field.name), "like", "picture"];

const labels = Object.fromEntries(fields.map((field) => [field.name, field.label.toLowerCase()]));

/** The label of a filter, in a sentence. */
export const label = (name) => labels[name] ?? name;

function input({ name, label, help, choices, example, suggests }) {
  if (choices.length) {
    const options = ["", ...choices].map((value) => h("option", { value }, value || "any"));
    return h("select", { name, form: "search", title: help, "aria-label": label }, options);
  }
  return h("input", { name, form: "search", title: help, placeholder: example, autocomplete: "off", list: suggests ? `values-${name}` : null, "aria-label": label });
}

const suggesting = fields.filter((field) => field.suggests);

/** Build the inputs within a fieldset of the form. */
export function build(fieldset) {
  fieldset.append(...fields.map((field) => h("label", {}, h("span", {}, field.label), input(field))));
  fieldset.append(...suggesting.map(({ name }) => h("datalist", { id: `values-${name}` })));
}

/** Offer the values that exist now. */
export async function offer(fieldset) {
  await Promise.all(suggesting.map(async ({ name }) => {
    const values = await get(`/filters/${name}/values`).catch(() => []);
    fieldset.querySelector(`#values-${name}`).replaceChildren(...values.map((value) => h("option", { value })));
  }));
}

/** Show the filters of the address. */
export function fill(form, parameters) {
  for (const { name, choices } of fields) {
    const element = form.elements[name];
    const values = parameters.getAll(name);
    const text = values.join(", ");
    if (choices.length && ![...element.options].some((option) => option.value === text)) element.append(h("option", { value: text }, text));
    element.value = text;
    element.given = { text, values };
  }
}

/** The chosen filters, as the address and the API take them: [[name, value]]. Several values have commas between them. */
export function chosen(form) {
  return fields.flatMap(({ name, multiple }) => {
    const { value, given } = form.elements[name];
    if (given && value === given.text) return given.values.map((one) => [name, one]); // a value may contain a comma itself
    const values = multiple ? value.split(",") : [value];
    return values.map((one) => one.trim()).filter(Boolean).map((one) => [name, one]);
  });
}

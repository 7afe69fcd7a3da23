// Which footage counts: the fields under the search box, named as the API's parameters. The address holds what is chosen.

import { get } from "./api.js";
import { h } from "./dom.js";

const known = {
  source: async () => (await get("/sources")).map((source) => source.name),
  tag: async () => (await get("/tags")).map((tag) => tag.name),
};

/** `several`: values with commas between them, any of which counts (of tags: all). */
const fields = [
  { name: "source", label: "Source", several: true, hint: "archive" },
  { name: "folder", label: "Folder", several: true, hint: "day1, /mnt/archive/day2" },
  { name: "tag", label: "Tag", several: true, hint: "interview" },
  { name: "since", label: "Recorded since", hint: "2024-05" },
  { name: "until", label: "Recorded until", hint: "2024-05-17" },
  { name: "camera", label: "Camera", several: true, hint: "FX3" },
  { name: "duration", label: "Length", hint: "10-60, 1:00+, 20-" },
  { name: "codec", label: "Codec", several: true, hint: "h264, prores" },
  { name: "resolution", label: "Resolution", hint: "1080p, 4k+, 720p-" },
  { name: "orientation", label: "Orientation", several: true, options: ["landscape", "portrait", "square"] },
  { name: "kind", label: "Kind", several: true, options: ["video", "still", "audio"] },
];

/** What a question may hold beside words: filters, and what it is to look like. */
export const names = [...fields.map((field) => field.name), "like", "picture"];

const labels = Object.fromEntries(fields.map((field) => [field.name, field.label.toLowerCase()]));

/** What a chosen value is called. */
export const label = (name) => labels[name] ?? name;

function input({ name, label, options, hint }) {
  if (options) {
    const choices = ["", ...options].map((value) => h("option", { value }, value || "any"));
    return h("select", { name, form: "search", "aria-label": label }, choices);
  }
  return h("input", { name, form: "search", placeholder: hint, autocomplete: "off", list: name in known ? `known-${name}` : null, "aria-label": label });
}

/** Build the fields within a fieldset of the form. */
export function build(fieldset) {
  fieldset.append(...fields.map((field) => h("label", {}, h("span", {}, field.label), input(field))));
  fieldset.append(...Object.keys(known).map((name) => h("datalist", { id: `known-${name}` })));
}

/** Offer the sources and tags that there are. */
export async function offer(fieldset) {
  await Promise.all(Object.entries(known).map(async ([name, all]) => {
    const values = await all().catch(() => []);
    fieldset.querySelector(`#known-${name}`).replaceChildren(...values.map((value) => h("option", { value })));
  }));
}

/** Show what the address asks for. */
export function fill(form, parameters) {
  for (const { name, options } of fields) {
    const element = form.elements[name];
    const values = parameters.getAll(name);
    const text = values.join(", ");
    if (options && ![...element.options].some((option) => option.value === text)) element.append(h("option", { value: text }, text));
    element.value = text;
    element.given = { text, values };
  }
}

/** What is chosen, as the address and the API take it: [[name, value]]. */
export function chosen(form) {
  return fields.flatMap(({ name, several }) => {
    const { value, given } = form.elements[name];
    if (given && value === given.text) return given.values.map((one) => [name, one]); // whatever commas are in them
    const values = several ? value.split(",") : [value];
    return values.map((one) => one.trim()).filter(Boolean).map((one) => [name, one]);
  });
}

// Editing a subclip: its name, its note, its first and last frame, and its fields.

import { get, patch } from "/page/api.js";
import { asksAboutConflict, basedOn } from "/page/conflict.js";
import { h } from "/page/dom.js";
import { showDone } from "/page/done.js";
import { ask, field } from "/page/form.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {Schemas["SubclipReport"]} Subclip */

/** A time as the API takes it again, exactly. @param {Schemas["TimeReport"]} time */
const exact = ({ timecode, ticks, base }) => timecode ?? `${ticks}@${base}`;

/**
 * Change a subclip; where others have changed it meanwhile, ask which value is to stay.
 * @param {Subclip} one
 * @param {object} changes
 * @param {string} done
 * @param {() => unknown} refresh
 * @returns {Promise<import("/page/panels.js").Done | null>}
 */
export async function changeSubclip(one, changes, done, refresh) {
  const write = async (/** @type {number} */ version) => {
    await patch(`/subclips/${one.id}`, /** @type {any} */ ({ ...changes, if_version: version }));
    await refresh();
  };
  try {
    await basedOn(one, Object.keys(changes), () => get(`/subclips/${one.id}`), write);
    return { done };
  } catch (problem) {
    if (asksAboutConflict(problem, write)) return null;
    throw problem;
  }
}

/** The input of a field. @param {Schemas["FieldReport"]} given @param {unknown} value */
function input(given, value) {
  const text = Array.isArray(value) ? value.join(", ") : value === undefined || value === null ? "" : String(value);
  const label = `${given.label}${given.multiple ? ", separated by commas" : ""}`;
  const name = `field-${given.key}`;
  const options = given.type === "boolean" ? [["", "No value"], ["true", "Yes"], ["false", "No"]] : given.choices?.length && !given.multiple ? ["", ...given.choices].map((one) => [one, one || "No value"]) : null;
  if (options) return h("label", {}, h("span", {}, label), h("select", { name }, options.map(([key, shown]) => h("option", { value: key, selected: key === text }, shown))));
  const type = given.type === "rating" || given.type === "number" ? "number" : "text";
  return field(label, { name, type, value: text, required: false, autocomplete: "off", step: given.type === "rating" ? 1 : "any", min: given.least ?? null, max: given.most ?? null });
}

/** @param {Schemas["FieldReport"]} given @param {string} text */
function valueOf(given, text) {
  const parts = given.multiple ? text.split(",").map((one) => one.trim()).filter(Boolean) : [text.trim()].filter(Boolean);
  if (!parts.length) return null;
  const typed = parts.map((one) => (given.type === "rating" || given.type === "number" ? Number(one) : given.type === "boolean" ? one === "true" : one));
  return given.multiple ? typed : typed[0];
}

/** @param {Subclip} one @param {() => unknown} refresh */
export async function editSubclip(one, refresh) {
  const fields = (await get("/metadata/fields")).filter((given) => given.may_write && !given.is_fact && given.type !== "asset");
  const [first, last] = [exact(one.start), exact(one.last)];
  const more = h("details", {}, h("summary", {}, "Fields"), h("div", { class: "stack" }, fields.map((given) => input(given, one.fields?.[given.key]))));
  ask(`Edit ${one.name}`, [
    field("Name", { name: "name", value: one.name, maxLength: 300, autofocus: true, autocomplete: "off" }),
    field("First frame", { name: "start", value: first, autocomplete: "off", hint: "Time code, seconds, or ticks of a time base." }),
    field("Last frame", { name: "last", value: last, autocomplete: "off", hint: "It is part of the subclip." }),
    h("label", {}, h("span", {}, "Note"), h("textarea", { name: "note", rows: 3 }, one.note ?? "")), more,
  ], "Save", async (given) => {
    const span = given.start === first && given.last === last ? {} : { start: given.start, last: given.last };
    const values = Object.fromEntries(fields.map((one) => [one.key, valueOf(one, given[`field-${one.key}`] ?? "")]));
    const changed = Object.fromEntries(Object.entries(values).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(one.fields?.[key] ?? null)));
    const changes = {
      ...(given.name === one.name ? {} : { name: given.name }), ...(given.note === (one.note ?? "") ? {} : { note: given.note }),
      ...span, ...(Object.keys(changed).length ? { fields: changed } : {}),
    };
    const done = Object.keys(changes).length ? await changeSubclip(one, changes, `Changed ${given.name}.`, refresh) : null;
    return () => done && showDone(done);
  });
}

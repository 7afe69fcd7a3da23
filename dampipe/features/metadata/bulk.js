// Acts on the metadata of chosen assets: any field, with a preview of what changes, and rating, label, pick and favourite by keys.

import { describe, get, post } from "/page/api.js";
import { editMany, undoOperation } from "/page/bulk-edit.js";
import { h, redraw } from "/page/dom.js";
import { asked, choice } from "/page/form.js";
import { plural } from "/page/format.js";
import { may } from "/page/session.js";
import { exportTable } from "./table.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/panels.js").BulkAct} BulkAct */
/** @typedef {import("/page/selection.js").Chosen} Chosen */
/** @typedef {import("/page/bulk-edit.js").Parts} Parts */

/** Differences that a preview shows. */
const SHOWN = 50;
/** Milliseconds after which what is typed is previewed. */
const PAUSE = 350;
const HOW = { set: "Set to", add: "Add", remove: "Take away", clear: "Have no value" };

/** @param {Schemas["FieldReport"]} field */
const isWritable = (field) => field.may_write && !field.is_fact;

/**
 * An input for the value of a field.
 * @param {Schemas["FieldReport"]} field
 */
function input(field) {
  const more = { name: "value", "aria-label": field.label, required: true };
  const pairs = field.type === "boolean" ? [["true", "Yes"], ["false", "No"]] : field.choices.map((one) => [one, one]);
  if (pairs.length && !field.multiple) return h("select", more, pairs.map(([value, text]) => h("option", { value }, text)));
  if (field.multiple || field.type === "long_text") return h("textarea", { ...more, rows: 3, placeholder: field.multiple ? "One value a line" : "" });
  const isNumber = field.type === "rating" || field.type === "number";
  return h("input", { ...more, type: isNumber ? "number" : "text", step: field.type === "rating" ? 1 : "any", min: field.least, max: field.most, maxLength: field.max_length ?? 2000, placeholder: field.type === "date" ? "2024-05-17" : "" });
}

/**
 * The edit that a person has put together; null where a value is missing.
 * @param {Schemas["FieldReport"]} field
 * @param {string} how
 * @param {string} text
 * @returns {Parts | null}
 */
export function partsOf(field, how, text) {
  if (how === "clear") return { clear: [field.key] };
  const lines = field.multiple ? text.split("\n").map((line) => line.trim()).filter(Boolean) : [text.trim()].filter(Boolean);
  return lines.length ? { [how]: { [field.key]: lines } } : null;
}

/** @param {Schemas["PreviewReport"]} preview @param {string} label */
function changes(preview, label) {
  const text = (/** @type {readonly unknown[]} */ values) => values.join(", ") || "–";
  const rows = preview.differences.map((one) => h("tr", {}, h("th", { scope: "row" }, one.name), h("td", {}, text(one.before)), h("td", {}, text(one.after))));
  const rest = preview.changes - preview.differences.length;
  return [
    h("p", {}, preview.changed ? `${label} changes for ${preview.changed.toLocaleString()} of ${plural(preview.assets, "asset")}.` : `${label} is so already for all of them.`),
    rows.length ? h("div", { class: "changes", tabIndex: 0, role: "region", "aria-label": "What changes" },
      h("table", {}, h("thead", {}, h("tr", {}, ["Asset", "Now", "Then"].map((one) => h("th", { scope: "col" }, one)))), h("tbody", {}, rows))) : null,
    rest > 0 ? h("p", { class: "hint" }, `and ${rest.toLocaleString()} more`) : null,
  ];
}

/** Edit any field, and show what changes before it does. @type {BulkAct["run"]} */
async function editField(chosen, signal) {
  const fields = (await get("/metadata/fields", {}, signal)).filter(isWritable);
  const [first] = fields;
  if (!first) return { done: "There is no field that you may write." };
  let field = first;
  const which = choice("Field", "field", fields.map((one) => [one.key, one.label]), first.key);
  const how = choice("What", "how", []);
  const value = h("div");
  const preview = h("div", { role: "status" });
  const select = /** @type {HTMLSelectElement} */ (how.querySelector("select"));
  const text = () => /** @type {HTMLInputElement | null} */ (value.querySelector("[name=value]"))?.value ?? "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asks = 0;

  async function show() {
    const ask = ++asks;
    const parts = partsOf(field, select.value, text());
    if (!parts) return redraw(preview);
    const { label } = field;
    const shown = await post(`/metadata/preview?limit=${SHOWN}`, { ...chosen.body, ...parts }).then((found) => changes(found, label), (problem) => [h("p", { class: "problem" }, describe(problem))]);
    if (ask === asks) redraw(preview, shown);
    return undefined;
  }
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  };
  const drawValue = () => {
    redraw(value, select.value === "clear" ? null : h("label", {}, h("span", {}, field.label), input(field)), field.help ? h("small", {}, field.help) : null);
    later();
  };
  const drawField = () => {
    const names = /** @type {(keyof typeof HOW)[]} */ (field.multiple ? ["add", "remove", "set", "clear"] : ["set", "clear"]);
    redraw(select, names.map((name) => h("option", { value: name }, HOW[name])));
    drawValue();
  };
  which.addEventListener("change", (event) => {
    field = fields.find((one) => one.key === /** @type {HTMLSelectElement} */ (event.target).value) ?? first;
    drawField();
  });
  select.addEventListener("change", drawValue);
  value.addEventListener("input", later);
  drawField();
  return asked(`Edit ${plural(chosen.count, "asset")}`, [which, how, value, preview], "Apply", async (given) => {
    const parts = partsOf(field, given.how, given.value ?? "");
    if (!parts) throw new Error("Give a value.");
    return editMany(chosen, parts, given.how === "clear" ? `${field.label} has no value` : `${field.label} edited`);
  });
}

/**
 * An act by one key. It does nothing where the schema of the library does not have the field, or the choice.
 * @param {string} key
 * @param {string} label
 * @param {string[]} keys
 * @param {string} field
 * @param {string | number | boolean | null} value null: none
 * @returns {BulkAct}
 */
const quick = (key, label, keys, field, value) => ({
  key, label, keys, scope: "edit", isHidden: true,
  run: (chosen) => editMany(chosen, value === null ? { clear: [field] } : { set: { [field]: value } }, label),
});

const COLOURS = ["Red", "Yellow", "Green", "Blue", "Purple"];

/** The fields by which people choose among takes, in one dialog. @type {BulkAct["run"]} */
async function rate(chosen, signal) {
  const known = (await get("/metadata/fields", {}, signal)).filter(isWritable);
  const find = (/** @type {string} */ key) => known.find((one) => one.key === key);
  /** @type {[string, string[][]][]} */
  const offered = [
    ["rating", ["5", "4", "3", "2", "1", "0"].map((stars) => [stars, stars === "0" ? "0 stars" : "★".repeat(Number(stars))])],
    ["pick", (find("pick")?.choices ?? []).map((one) => [one, one])],
    ["label", (find("label")?.choices ?? []).map((one) => [one, one])],
    ["favourite", [["true", "Yes"], ["false", "No"]]],
  ];
  const selects = offered.filter(([key, pairs]) => find(key) && pairs.length)
    .map(([key, pairs]) => choice(find(key)?.label ?? key, key, [["", "As it is"], ...pairs, ["none", "No value"]]));
  if (!selects.length) return { done: "The schema of the library has none of the fields rating, pick, label and favourite." };
  return asked(`Rate ${plural(chosen.count, "asset")}`, selects, "Apply", async (given) => {
    const said = offered.map(([key]) => /** @type {[string, string]} */ ([key, given[key] ?? ""])).filter(([, value]) => value);
    if (!said.length) throw new Error("Choose something.");
    const set = Object.fromEntries(said.filter(([, value]) => value !== "none"));
    const clear = said.filter(([, value]) => value === "none").map(([key]) => key);
    return editMany(chosen, { set, clear }, "Rated");
  });
}

/** @type {readonly BulkAct[]} */
export const bulkActs = [
  { key: "rate", label: "Rate …", scope: "edit", order: 20, run: rate },
  { key: "fields", label: "Edit fields …", scope: "edit", order: 30, keys: ["e"], run: editField },
  { key: "table", label: "Table (CSV) …", scope: "read", order: 75, run: exportTable },
  ...[1, 2, 3, 4, 5].map((stars) => quick(`rating-${stars}`, `Rated ${plural(stars, "star")}`, [String(stars)], "rating", stars)),
  quick("rating-0", "Without a rating", ["0"], "rating", null),
  ...COLOURS.slice(0, 4).map((colour, index) => quick(`label-${colour}`, `Labelled ${colour}`, [String(index + 6)], "label", colour)),
  quick("picked", "Picked", ["p"], "pick", "Picked"),
  quick("rejected", "Rejected", ["r"], "pick", "Rejected"),
  quick("undecided", "Neither picked nor rejected", ["u"], "pick", null),
  quick("favourite", "Favourite", ["h"], "favourite", true),
];

/** The last changes of metadata. @type {NonNullable<import("/page/panels.js").Panel["edits"]>} */
export async function edits({ everybody, limit }, signal) {
  const found = await get("/metadata/operations", { limit, ...(everybody ? {} : { mine: true }) }, signal);
  const alone = ["undo", "merge", "term", "schema"]; // these are undone where they were made
  return found.map((one) => ({
    at: one.at, actor: one.actor, summary: one.summary, count: one.changes, isUndone: one.undone_at !== null,
    canUndo: one.undone_at === null && !alone.includes(one.kind) && may("comment"),
    undo: () => undoOperation(one.id),
  }));
}

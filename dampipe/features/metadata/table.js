// Metadata as a table (CSV): of chosen assets, to be saved; and back from a file, after a preview of what changes and what is wrong.

import { describe, get, save, send } from "/page/api.js";
import { undoOperation } from "/page/bulk-edit.js";
import { h, redraw } from "/page/dom.js";
import { showDone } from "/page/done.js";
import { ask, asked, choice, options } from "/page/form.js";
import { plural } from "/page/format.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {Schemas["dampipe__features__metadata__model__ImportReport"]} ImportReport */

/** @type {[Schemas["Delimiter"], string][]} */
const DELIMITERS = [["comma", "Commas"], ["semicolon", "Semicolons, and decimal commas"], ["tab", "Tabs"]];
/** Differences that a preview shows. */
const SHOWN = 100;

/** Save fields of chosen assets as a table. @type {import("/page/panels.js").BulkAct["run"]} */
export async function exportTable(chosen, signal) {
  const fields = await get("/metadata/fields", {}, signal);
  const keys = fields.map(({ key }) => key);
  const which = options("Fields", "fields", "checkbox", fields.map(({ key, label }) => [key, label]), keys);
  which.classList.add("many");
  const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (which.querySelectorAll("input"));
  const check = (/** @type {boolean} */ isChecked) => () => boxes.forEach((box) => (box.checked = isChecked));
  const quick = h("p", { class: "actions" }, h("button", { type: "button", class: "small", onclick: check(true) }, "All fields"), h("button", { type: "button", class: "small", onclick: check(false) }, "None"));
  return asked(`Table of ${plural(chosen.count, "asset")}`, [
    h("p", { class: "hint" }, "A row for each asset, a column for each field, with its SHA-1, its path and its version before them. What is edited there can be imported again: Edits, Import a table …"),
    quick, which, choice("Cells are separated by", "delimiter", DELIMITERS),
  ], "Save", async (given) => {
    if (!given.fields.length) throw new Error("Choose a field.");
    // All of them are named by none, so that the table also has those that were added meanwhile.
    const wanted = given.fields.length === keys.length ? [] : given.fields;
    await save("/metadata/export", {}, { ...chosen.body, fields: wanted, delimiter: given.delimiter });
    return { done: `The table of ${plural(chosen.count, "asset")} is saved.` };
  }, { lists: ["fields"] });
}

/** @param {string} label @param {string[]} headings @param {import("/page/dom.js").Child[][]} rows */
const scrolled = (label, headings, rows) => h("div", { class: "changes", tabIndex: 0, role: "region", "aria-label": label },
  h("table", {}, h("thead", {}, h("tr", {}, headings.map((one) => h("th", { scope: "col" }, one)))),
    h("tbody", {}, rows.map(([first, ...rest]) => h("tr", {}, h("th", { scope: "row" }, first), rest.map((one) => h("td", {}, one)))))));

/** What an import would do, and every problem. @param {ImportReport} report @param {ReadonlyMap<string, string>} labels */
function preview({ rows, changed, changes, errors, left, problems, differences }, labels) {
  const text = (/** @type {readonly unknown[]} */ values) => values.join(", ") || "–";
  const more = (/** @type {number} */ count) => (count > 0 ? h("p", { class: "hint" }, `and ${count.toLocaleString()} more`) : null);
  const lines = problems.map((one) => [String(one.row), one.column || "the whole row", one.is_error ? h("span", { class: "problem" }, "wrong") : "left alone", `${one.text}. ${one.hint}`.trim()]);
  return [
    h("p", {}, `${plural(rows, "row")}: ${changes ? `${plural(changes, "value")} of ${plural(changed, "asset")} would change` : "nothing would change"}; ${plural(errors, "error")}, ${plural(left, "cell")} left alone.`),
    lines.length ? scrolled("Problems", ["Row", "Column", "", "Why"], lines) : null, more(errors + left - problems.length),
    differences.length ? scrolled("What changes", ["Asset", "Field", "Now", "Then"], differences.map((one) => [one.name, labels.get(one.field) ?? one.field, text(one.before), text(one.after)])) : null,
    more(changes - differences.length),
  ];
}

/** Choose a table, see what it would change and what is wrong with it, and import it. */
export async function importTable() {
  const labels = new Map((await get("/metadata/fields")).map(({ key, label }) => [key, label]));
  const input = h("input", { type: "file", name: "file", accept: ".csv,.tsv,.txt,text/csv", required: true, autofocus: true });
  const found = h("div", { role: "status" });
  const flags = options("Also", "flags", "checkbox", [
    ["replace", "Replace what was changed after the table was saved", "Else it stays, and is listed below"],
    ["partial", "Import what is right although there are errors", "Else nothing is imported then"],
    ["new_terms", "Add terms that an open vocabulary does not have"]]);
  const whose = choice("Whose values they are", "source", [["person", "Mine"], ["import", "Of an import: they never count before a person's"]]);
  const encoding = choice("Encoding", "encoding", [["auto", "UTF-8, or UTF-16"], ["cp1252", "Windows (cp1252)"], ["mac-roman", "Mac Roman"]]);
  const settings = h("details", {}, h("summary", {}, "Whose values, and encoding"), h("div", { class: "stack" }, whose, encoding));
  let asks = 0;

  /** @param {boolean} isTrial */
  function read(isTrial) {
    const file = /** @type {File} */ (input.files?.[0]);
    const form = new FormData(/** @type {HTMLFormElement} */ (input.form));
    const chosen = form.getAll("flags");
    const given = Object.fromEntries(["replace", "partial", "new_terms"].map((flag) => [flag, String(chosen.includes(flag))]));
    const parameters = { ...given, source: String(form.get("source")), encoding: String(form.get("encoding")), name: file.name.slice(0, 200), limit: SHOWN, dry_run: isTrial };
    return send("/metadata/import", parameters, file.slice(0, file.size, "text/csv"));
  }

  async function show() {
    const number = (asks += 1);
    if (!input.files?.length) return redraw(found);
    redraw(found, h("progress", { "aria-label": "Working" }));
    const shown = await read(true).then((report) => preview(report, labels), (problem) => [h("p", { class: "problem" }, describe(problem))]);
    if (number === asks) redraw(found, shown);
    return undefined;
  }
  for (const element of [input, flags, settings]) element.addEventListener("change", show);

  ask("Import a table", [
    h("label", {}, h("span", {}, "A CSV file with a column asset.sha1"), input, h("small", {}, "Such as a table of chosen assets that was edited. An empty cell changes nothing; <clear> takes a value away.")),
    flags, settings, found,
  ], "Import", async () => {
    const { operation, changed, changes, errors, left } = await read(false);
    const rest = [errors ? `${plural(errors, "error")} left out` : "", left ? `${plural(left, "cell")} left alone` : ""].filter(Boolean).map((one) => `; ${one}`).join("");
    return () => showDone(operation === null ? { done: `Nothing was changed${rest}.` }
      : { done: `Imported: ${plural(changes, "value")} of ${plural(changed, "asset")} changed${rest}.`, undo: () => undoOperation(operation) });
  });
}

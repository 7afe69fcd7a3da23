// What a manager does with vocabularies and any of their terms: making, importing and exporting them, and changing terms.

import { get, patch, post, save, send } from "/page/api.js";
import { h } from "/page/dom.js";
import { ask, choice, field, options } from "/page/form.js";
import { actorName, dateTime, plural } from "/page/format.js";
import { part, table } from "/page/part.js";
import { may } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

/** @type {[string, string][]} */
const FORMATS = [["csv", "CSV, for spreadsheets"], ["turtle", "SKOS as Turtle"], ["xml", "SKOS as RDF/XML"], ["json-ld", "SKOS as JSON-LD"], ["nt", "SKOS as N-Triples"]];
/** Texts with commas or lines between them. @param {string} text */
const listed = (text) => text.split(/[,\n]+/).map((one) => one.trim()).filter(Boolean);

/** @param {string} key @param {string} name of the input @param {string} label @param {boolean} isRequired @param {string} hint */
function termField(key, name, label, isRequired, hint) {
  const known = h("datalist", { id: `known-${name}` });
  const made = field(label, { name, list: known.id, autocomplete: "off", maxLength: 500, required: isRequired, hint });
  made.addEventListener("input", async ({ target }) => {
    const { value } = /** @type {HTMLInputElement} */ (target);
    const { terms } = value ? await get(`/vocabularies/${encodeURIComponent(key)}/find`, { text: value, limit: 20 }).catch(() => ({ terms: [] })) : { terms: [] };
    known.replaceChildren(...terms.map((one) => h("option", { value: one.key }, [...one.path, one.label].join(" > "))));
  });
  made.append(known);
  return made;
}

/** @param {Act} act */
export function create(act) {
  const fields = [
    field("Label", { name: "label", maxLength: 200, autofocus: true, placeholder: "Places" }), field("Key", { name: "key", maxLength: 64, pattern: "[a-z][a-z0-9_\\-]*", autocomplete: "off", placeholder: "places", hint: "Lower-case letters, digits, _ and -" }),
    field("Languages", { name: "languages", required: false, value: "en", maxLength: 200, hint: "Tags such as en or pt-BR, with commas between them; the first is shown." }), options("Who adds terms", "open", "radio", [["no", "Managers"], ["yes", "Managers, and others propose"]], ["no"])];
  ask("Make a vocabulary", fields, "Make", async (given) => {
    await post("/vocabularies", { key: given.key.trim(), label: given.label.trim(), open: given.open === "yes", languages: listed(given.languages) });
    return () => act(() => `${given.label.trim()} is made.`);
  });
}

/** @param {Schemas["VocabularyReport"]} vocabulary @param {Act} act */
export function settings({ key, label, open, languages }, act) {
  const fields = [field("Label", { name: "label", value: label, maxLength: 200 }), field("Languages", { name: "languages", value: languages.join(", "), maxLength: 200 }), options("Who adds terms", "open", "radio", [["no", "Managers"], ["yes", "Managers, and others propose"]], [open ? "yes" : "no"])];
  ask(`Settings of ${label}`, fields, "Save", async (given) => {
    await patch(`/vocabularies/${encodeURIComponent(key)}`, { label: given.label.trim(), open: given.open === "yes", languages: listed(given.languages) });
    return () => act(() => "The settings are saved.");
  });
}

/** Add a term, or propose it. @param {string} key @param {Act} act */
export function addTerm(key, act) {
  const fields = [
    field("Label", { name: "label", maxLength: 500, autofocus: true, autocomplete: "off" }), termField(key, "parent", "Below the term", false, "Its key; empty: at the top."),
    field("Synonyms", { name: "synonyms", required: false, maxLength: 2000, hint: "Several have commas between them." })];
  ask(may("manage") ? "Add a term" : "Propose a term", fields, may("manage") ? "Add" : "Propose", async (given) => {
    await post(`/vocabularies/${encodeURIComponent(key)}/terms`, { label: given.label.trim(), parent: given.parent.trim() || null, synonyms: listed(given.synonyms) });
    return () => act(() => `${given.label.trim()} is ${may("manage") ? "added" : "proposed"}.`);
  });
}

/** Change any term: its label, synonyms or place, or retire it. @param {string} key @param {Act} act */
export function changeTerm(key, act) {
  const text = h("div");
  const what = choice("What", "what", [["rename", "Give it another label"], ["synonym", "Add synonyms"], ["move", "Put it elsewhere in the tree"], ["retire", "Retire it: it stays with its values, and is not offered any more"]]);
  const changed = () => {
    const chosen = what.querySelector("select")?.value ?? "";
    const made = { rename: () => field("The new label", { name: "label", maxLength: 500, hint: "The old one becomes a synonym." }), synonym: () => field("Synonyms", { name: "label", maxLength: 2000, hint: "Several have commas between them." }),
      move: () => termField(key, "parent", "Below the term", false, "Its key; empty: at the top.") }[chosen];
    text.replaceChildren(...(made ? [made()] : [options("With it", "narrower", "checkbox", [["yes", "The terms below it", ""]])]));
  };
  what.addEventListener("change", changed);
  changed();
  ask("Change a term", [termField(key, "term", "Term", true, "Its key: type a part of its label."), what, text], "Change", async (given) => {
    const path = /** @type {const} */ (`/vocabularies/${encodeURIComponent(key)}/terms/${encodeURIComponent(given.term.trim())}`);
    if (given.what === "rename") await post(`${path}/rename`, /** @type {any} */ ({ label: given.label.trim() }));
    else if (given.what === "move") await post(`${path}/move`, /** @type {any} */ ({ parent: given.parent.trim() || null }));
    else if (given.what === "retire") await post(`${path}/retire`, /** @type {any} */ ({ with_narrower: given.narrower === "yes" }));
    else await patch(path, /** @type {any} */ ({ add: listed(given.label).map((text) => ({ kind: "alternative", text })) }));
    return () => act(() => `${given.term.trim()} is changed.`);
  });
}

/** @param {string} key @param {Act} act */
export function exportTerms(key, act) {
  ask("Export the vocabulary", [choice("As", "format", FORMATS)], "Save the file", async ({ format }) => {
    await save(`/vocabularies/${encodeURIComponent(key)}/export`, { format });
    return () => act(() => "The file is saved.");
  });
}

/** @param {string} key @param {Act} act */
export function importTerms(key, act) {
  const file = h("input", { type: "file", name: "file", required: true });
  const fields = [
    h("label", {}, h("span", {}, "The file"), file), choice("It is", "format", FORMATS), choice("Terms that it does not have", "missing", [["auto", "stay, but for those that an earlier import has brought"], ["keep", "stay"], ["retire", "are retired"]]),
    options("And", "more", "checkbox", [["dry_run", "Only say what would change", ""], ["overwrite", "Replace labels that people have changed since", ""]], ["dry_run"])];
  ask("Import terms", fields, "Import", async (given) => {
    const [chosen] = file.files ?? [];
    const isTrial = given.more.includes("dry_run");
    const found = await send(`/vocabularies/${encodeURIComponent(key)}/import`, { format: given.format, missing: given.missing, dry_run: isTrial, overwrite: given.more.includes("overwrite") }, chosen);
    const said = `${found.added.toLocaleString()} added, ${found.changed.toLocaleString()} changed, ${found.retired.toLocaleString()} retired`;
    return () => act(() => `${isTrial ? "It would change the vocabulary so" : "Imported"}: ${said}. ${found.notices.join(" ")}`);
  }, { lists: ["more"] });
}

/** What was done with the terms, newest first. @param {string} key @param {AbortSignal} signal */
export function log(key, signal) {
  const draw = (/** @type {Schemas["dampipe__features__vocabularies__model__OperationReport"][]} */ found) => (found.length
    ? h("details", {}, h("summary", {}, plural(found.length, "operation")), table(["when", "who", "what"], found.map((one) => [dateTime(one.at), actorName(one.actor), one.summary])))
    : h("p", { class: "soft" }, "Nothing was done yet."));
  return part("What was done", () => [], () => get(`/vocabularies/${encodeURIComponent(key)}/operations`, { limit: 100 }, signal), draw);
}

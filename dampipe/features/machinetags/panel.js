// The view of machine tags: proposals, those first on which a verdict says most, and how often terms were right. By keyboard:
// A accepts, R rejects, S skips, U takes the last verdict back, arrow keys go from one to the other.

import { derivative, get, patch, post, put } from "/page/api.js";
import { h, notice } from "/page/dom.js";
import { ARROWS, entryKeys } from "/page/entry-keys.js";
import { follow } from "/page/follow.js";
import { ask, choice, field, options } from "/page/form.js";
import { plural, timecode } from "/page/format.js";
import { declareKeys } from "/page/keys.js";
import { part, rowButton, table } from "/page/part.js";
import { may } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

const keys = declareKeys("Machine tags", {
  ...ARROWS,
  accept: { keys: ["a"], does: "Accept the tag" },
  reject: { keys: ["r"], does: "Reject the tag" },
  skip: { keys: ["s"], does: "Put the tag behind the others" },
  undo: { keys: ["u"], does: "Take the last verdict back" },
});
const LIMIT = 50;
const BASE = "/machine-tags";
/** @param {{ vocabulary: string, term: string }} tag */
const named = ({ vocabulary, term }) => `${vocabulary}:${term}`;
/** @param {Schemas["MachineTag"]} tag */
const keyOf = (tag) => `machine-tag-${tag.sha1}-${named(tag)}`;
/** @param {number} share */
const percent = (share) => `${Math.round(100 * share)} %`;
/** @type {Record<string, string>} */
const states = { proposed: "proposed by a model", set: "set by a model", accepted: "from a model, accepted" };
/** @param {string} text */
const label = (text) => h("bdi", {}, text);

/** The tags that a model has found in an asset, apart from those of people. @param {Schemas["Details"]} asset */
export function details({ machine_tags: tags }) {
  if (!tags?.length) return [];
  const chip = (/** @type {Schemas["MachineTag"]} */ tag) => h("span", { class: "chip", title: `${states[tag.state]}, at ${tag.moments.map(({ time }) => timecode(time)).join(", ")}` },
    label(tag.label), h("small", {}, tag.state === "proposed" ? " ?" : ""));
  return [["Machine tags", h("span", { class: "tags" }, /** @type {Schemas["MachineTag"][]} */ (tags).map(chip))]];
}

/**
 * One proposal with its picture and what can be said of it. skip: puts it behind the others.
 * @param {Schemas["MachineTag"]} tag
 * @param {Act} act
 * @param {(tag: Schemas["MachineTag"]) => unknown} skip
 */
function proposal(tag, act, skip) {
  const judge = (/** @type {boolean} */ accept) => act(async () => {
    await post(`${BASE}/verdicts`, { sha1: tag.sha1, term: named(tag), accept });
    return `${tag.label} is ${accept ? "accepted" : "rejected"} for ${tag.name}.`;
  });
  /** @type {[string, () => unknown][]} */
  const offered = may("edit") ? [["Accept", () => judge(true)], ["Reject", () => judge(false)], ["Skip", () => skip(tag)]] : [];
  const times = tag.moments.map(({ time }) => timecode(time)).join(", ");
  const item = h("li", { class: "entry pictured", tabIndex: offered.length ? 0 : null, "data-key": keyOf(tag), "aria-keyshortcuts": offered.length ? "A R S U" : null },
    h("div", { class: "thumb" }, h("img", { src: derivative(tag.sha1, "poster"), alt: "", loading: "lazy", onerror: ({ target }) => target.remove() })),
    h("div", {}, h("h3", {}, label(tag.label)), h("p", {}, `${tag.name}, at ${times}; ${tag.score.toFixed(1)} standard deviations above the mean`)),
    h("div", { class: "actions" }, offered.map(([name, call]) => rowButton(name, `${tag.label} for ${tag.name}`, call))));
  const [accept, reject, put] = offered.map(([, call]) => call);
  entryKeys(item, keys, offered.length ? { accept, reject, skip: put, undo: () => undo(act) } : {}, { onward: ["skip"] });
  return item;
}

/** @param {Act} act */
const undo = (act) => act(async () => {
  const { term, accepted } = await post(`${BASE}/verdicts/undo`);
  return `${term} is no longer ${accepted ? "accepted" : "rejected"}.`;
});

/** @param {Schemas["PrecisionReport"]} term */
function measured({ accepted, rejected, least, most }) {
  const count = accepted + rejected;
  return count ? `${accepted} of ${count}, ${percent(least)} to ${percent(most)}` : "no verdicts";
}

/** How the model looks for a term. @param {Schemas["PrecisionReport"]} term @param {Act} act */
function changeTerm(term, act) {
  const fields = [
    options("The model", "on", "radio", [["", "As it is now"], ["yes", "Looks for it"], ["no", "Does not"]], [""]),
    h("label", {}, h("span", {}, "Texts that describe it"), h("textarea", { name: "prompts", rows: 3, maxLength: 5000 }), h("small", {}, "One a line, as one would search for it; empty: as they are now.")),
    field("Per cent of proposals that have to be right", { name: "precision", type: "number", min: 1, max: 99, required: false, hint: `Now ${percent(term.wanted)}; empty: it stays.` })];
  ask(`How ${term.label} is looked for`, fields, "Save", async (given) => {
    const prompts = given.prompts.split("\n").map((/** @type {string} */ one) => one.trim()).filter(Boolean);
    await patch(`/machine-tags/terms/${encodeURIComponent(named(term))}`, { on: given.on ? given.on === "yes" : null, prompts: prompts.length ? prompts : null, precision: given.precision ? Number(given.precision) / 100 : null });
    return () => act(() => `${term.label} is looked for so from now on.`);
  });
}

/** @param {Schemas["PrecisionReport"][]} found @param {Act} act */
function precision(found, act) {
  const rows = found.map((one) => [h("a", { href: `#/machine-tags?${new URLSearchParams({ term: `${one.vocabulary}:${one.term}` })}` }, label(one.label)), measured(one), percent(one.wanted),
    one.on ? (one.threshold === null ? "proposed" : "set") : (one.sensitive ? "sensitive, off" : "off"), String(one.proposed), String(one.set), may("manage") ? rowButton("Change …", one.label, () => changeTerm(one, act)) : null]);
  return rows.length ? table(["term", "accepted", "wanted", "values are", "to review", "set", ""], rows) : null;
}

/** Choose a vocabulary whose terms the model proposes, or change how. @param {Schemas["SchemeReport"] | null} scheme @param {string[]} keys @param {Act} act */
function chooseVocabulary(scheme, keys, act) {
  const fields = [
    scheme ? null : choice("Vocabulary", "vocabulary", keys.map((key) => [key, key])),
    field("Field that gets the values", { name: "field", value: scheme?.field ?? "", required: false, maxLength: 64, autocomplete: "off", hint: "Empty: the field of that vocabulary." }),
    field("Per cent of proposals that have to be right", { name: "precision", type: "number", min: 1, max: 99, value: String(Math.round(100 * (scheme?.precision ?? 0.95))), hint: "From there on values are set without being asked for, as measured by verdicts." }),
    options("The model", "on", "radio", [["yes", "Proposes its terms"], ["no", "Rests"]], [scheme && !scheme.on ? "no" : "yes"])];
  ask(scheme ? `Machine tags of ${scheme.vocabulary}` : "Let a model propose terms", fields, "Save", async (given) => {
    const key = scheme?.vocabulary ?? given.vocabulary;
    await put(`${BASE}/vocabularies/${key}`, { on: given.on === "yes", field: given.field.trim() || null, precision: Number(given.precision) / 100 });
    return () => act(() => `${key} is ${given.on === "yes" ? "looked for" : "looked for no more"}.`);
  });
}

/** @param {AbortSignal} signal */
function schemes(signal) {
  const read = async () => ({ found: await get(`${BASE}/vocabularies`, {}, signal), keys: (await get("/vocabularies", {}, signal)).map(({ key }) => key) });
  /** @type {(shown: Awaited<ReturnType<typeof read>>, act: Act) => import("/page/dom.js").Child} */
  const draw = ({ found, keys }, act) => {
    const others = keys.filter((key) => !found.some(({ vocabulary }) => vocabulary === key));
    const add = may("manage") && others.length ? h("p", {}, h("button", { type: "button", "data-key": "choose", onclick: () => chooseVocabulary(null, others, act) }, "Let the model propose terms …")) : null;
    return h("div", {}, found.length ? table(["vocabulary", "terms", "to review", "to look at", ""], found.map((one) => [
      one.vocabulary, `${one.terms.toLocaleString()}${one.on ? "" : ", rests"}`, one.proposed.toLocaleString(), one.pending ? plural(one.pending, "term") : "none", may("manage") ? rowButton("Change …", one.vocabulary, () => chooseVocabulary(one, [], act)) : null]))
      : h("p", { class: "hint" }, others.length ? "No vocabulary is looked for yet." : "There is no vocabulary yet: make one under Settings, Vocabularies."), add);
  };
  return part("Vocabularies", () => [], read, draw);
}

/** Where a term was found. @param {HTMLElement} main @param {AbortSignal} signal @param {string} term */
async function moments(main, signal, term) {
  const draw = (/** @type {Schemas["MachineTag"][]} */ found) => (found.length
    ? h("ul", { class: "entries" }, found.map((tag) => h("li", { class: "entry pictured" },
      h("div", { class: "thumb" }, h("img", { src: derivative(tag.sha1, "poster"), alt: "", loading: "lazy", onerror: ({ target }) => target.remove() })),
      h("div", {}, h("h3", {}, h("a", { href: `#/asset/${tag.sha1}` }, tag.name)), h("p", {}, states[tag.state] ?? tag.state),
        h("p", { class: "choices" }, tag.moments.map(({ time }) => h("a", { class: "chip", href: `#/asset/${tag.sha1}?t=${time}` }, timecode(time))))))))
    : notice("It is set nowhere.", "What the model only proposes is under review."));
  const { element, refresh } = part(term, () => [h("a", { class: "button", href: "#/machine-tags" }, "All machine tags")], () => get(`/machine-tags/terms/${encodeURIComponent(term)}/moments`, { limit: 200 }, signal), draw);
  await refresh();
  main.replaceChildren(element);
  follow(signal, ["machinetag."], () => refresh().catch(() => {}));
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
async function show(main, signal, parameters) {
  const term = parameters.get("term");
  if (term) return moments(main, signal, term);
  /** @type {string[]} */
  const skipped = [];
  const read = async () => ({
    tags: await get(`${BASE}/review`, { limit: LIMIT }, signal), terms: await get(`${BASE}/precision`, {}, signal), skipped: skipped.length,
  });
  /** @type {(found: Awaited<ReturnType<typeof read>>, act: Act) => import("/page/dom.js").Child[]} */
  const draw = ({ tags, terms }, act) => {
    const skip = (/** @type {Schemas["MachineTag"]} */ tag) => { skipped.push(keyOf(tag)); return act(() => `${tag.label} is skipped.`); };
    const order = (/** @type {Schemas["MachineTag"]} */ tag) => skipped.lastIndexOf(keyOf(tag));
    const sorted = [...tags].sort((one, other) => order(one) - order(other));
    const hint = may("edit") && tags.length ? h("p", { class: "hint" }, "Arrow keys choose a tag; A accepts it, R rejects it, S skips it, U takes the last verdict back.") : null;
    return [
      h("p", { class: "hint" }, tags.length < LIMIT ? plural(tags.length, "tag") + " to review" : `The ${LIMIT} tags on which a verdict says most`), hint,
      tags.length ? h("ul", { class: "entries" }, sorted.map((tag) => proposal(tag, act, skip))) : notice("Nothing to review.", "A model proposes terms of the vocabularies that were chosen for it."),
      h("h2", {}, "Precision"), precision(terms, act)];
  };
  const buttons = (/** @type {Act} */ act) => (may("edit") ? [h("button", { type: "button", "data-key": "undo", onclick: () => undo(act) }, "Undo verdict")] : []);
  const { element, refresh } = part("Machine tags", buttons, read, draw);
  const chosen = schemes(signal);
  await Promise.all([refresh(), chosen.refresh()]);
  main.replaceChildren(element, chosen.element);
  follow(signal, ["machinetag.", "vocabulary."], () => [refresh, chosen.refresh].forEach((again) => again().catch(() => {})));
  return undefined;
}

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/machine-tags", area: "work", order: 50, label: "Machine tags", scope: "read", show }];

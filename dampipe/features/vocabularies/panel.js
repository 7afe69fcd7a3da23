// The view of vocabularies: the terms that people have proposed, with what a manager does about them, and the tree, of which
// each level is read when it is opened (`tree.js`). Arrow keys go from proposal to proposal; A approves, M merges, R retires.

import { get, post } from "/page/api.js";
import { h, notice } from "/page/dom.js";
import { ARROWS, entryKeys } from "/page/entry-keys.js";
import { follow } from "/page/follow.js";
import { ask, confirm, field } from "/page/form.js";
import { plural } from "/page/format.js";
import { declareKeys } from "/page/keys.js";
import { part, rowButton } from "/page/part.js";
import { may, session } from "/page/session.js";
import { tree } from "/page/tree.js";
import { html, nothing } from "/page/vendor/lit.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {import("/page/part.js").Act} Act */

const keys = declareKeys("Vocabularies", {
  ...ARROWS,
  approve: { keys: ["a"], does: "Approve the proposed term" },
  merge: { keys: ["m"], does: "Merge the proposed term into another" },
  retire: { keys: ["r"], does: "Retire the proposed term" },
});
const LIMIT = 200;
/** @param {string} key */
const base = (key) => /** @type {const} */ (`/vocabularies/${encodeURIComponent(key)}`);
/** @param {string} key @param {string} term */
const path = (key, term) => /** @type {const} */ (`${base(key)}/terms/${encodeURIComponent(term)}`);

/** A label in its own direction of writing, whatever stands around it. @param {string} text */
const label = (text) => h("bdi", {}, text);

/** @param {string} key @param {Schemas["TermReport"]} term @param {Act} act */
function merge(key, { key: term, label: name }, act) {
  const known = h("datalist", { id: "terms-to-merge-into" });
  const target = field("Into the term", { name: "target", list: known.id, autocomplete: "off", maxLength: 500, autofocus: true, hint: "It gets the values, and the label as a synonym." });
  target.addEventListener("input", async ({ target: input }) => {
    const { value } = /** @type {HTMLInputElement} */ (input);
    const { terms } = await get(`${base(key)}/find`, { text: value, limit: 20 }).catch(() => ({ terms: [] }));
    known.replaceChildren(...terms.filter((one) => one.key !== term).map((one) => h("option", { value: one.key }, [...one.path, one.label].join(" > "))));
  });
  ask(`Merge ${name}`, [target, known], "Merge", async ({ target: into }) => {
    const { operation } = await post(`${path(key, term)}/merge`, { target: into });
    return () => act(() => `${operation?.summary}.`);
  });
}

/**
 * What a manager may do with a proposed term: its name, the key that does it, and the function.
 * @param {string} key
 * @param {Schemas["TermReport"]} term
 * @param {Act} act
 * @returns {[string, () => unknown][]}
 */
function actions(key, term, act) {
  const done = async (/** @type {"approve" | "retire"} */ what, /** @type {object} */ body = {}) => `${(await post(`${path(key, term.key)}/${what}`, body)).operation?.summary}.`;
  return [
    ["Approve", () => act(() => done("approve"))],
    ["Merge …", () => merge(key, term, act)],
    ["Retire", () => act(() => done("retire"))],
  ];
}

/** @param {string} key @param {Schemas["TermReport"]} term @param {Act} act */
function proposal(key, term, act) {
  const offered = may("manage") ? actions(key, term, act) : [];
  const item = h("li", { class: "entry", tabIndex: offered.length ? 0 : null, "data-key": `proposal-${term.key}`, "aria-keyshortcuts": offered.length ? "A M R" : null },
    h("div", { class: "what" }, h("h3", {}, label(term.label)), h("p", {}, term.path.length ? ["Below ", label(term.path.join(" > "))] : "At the top")),
    h("div", { class: "actions" }, offered.map(([name, call]) => rowButton(name, term.label, call))));
  const [approve, into, retire] = offered.map(([, call]) => call);
  entryKeys(item, keys, offered.length ? { approve, merge: into, retire } : {});
  return item;
}

/** The tree of the terms of a vocabulary. @param {string} key @param {AbortSignal} signal */
const termTree = (key, signal) => tree("Terms", /** @type {import("/page/tree.js").TreeSource<Schemas["TermReport"]>} */ ({
  load: async (of, cursor) => {
    const found = await get(`${base(key)}/terms`, { limit: LIMIT, ...(of ? { parent: of.key } : {}), ...(cursor ? { cursor } : {}) }, signal);
    return { items: found.terms, next: found.next ?? null };
  },
  key: (term) => term.key,
  name: (term) => [term.label, term.state === "proposed" ? "proposed" : "", term.narrower ? plural(term.narrower, "term") : ""].filter(Boolean).join(", "),
  draw: (term) => html`<bdi class="text">${term.label}</bdi>${term.state === "proposed" ? html`<small>proposed</small>` : nothing}${term.narrower ? html`<small>${plural(term.narrower, "term")}</small>` : nothing}`,
  hasBelow: (term) => term.narrower > 0,
}));

/** @param {HTMLElement} main @param {AbortSignal} signal @param {string} key */
async function one(main, signal, key) {
  const terms = termTree(key, signal);
  const read = async () => {
    terms.refresh().catch(() => {});
    return { vocabulary: await get(base(key), {}, signal), proposals: await get(`${base(key)}/proposals`, { limit: LIMIT }, signal) };
  };
  /** @type {(found: Awaited<ReturnType<typeof read>>, act: Act) => import("/page/dom.js").Child[]} */
  const draw = ({ vocabulary, proposals }, act) => {
    const hint = may("manage") && proposals.terms.length ? h("p", { class: "hint" }, "Arrow keys choose a term; A approves it, M merges it, R retires it.") : null;
    return [
      h("p", { class: "hint" }, `${plural(vocabulary.terms, "term")}, ${vocabulary.open ? "open: people propose terms" : "strict: only managers add terms"}`),
      proposals.terms.length ? h("h3", {}, "Proposed") : null, hint,
      proposals.terms.length ? h("ul", { class: "entries" }, proposals.terms.map((term) => proposal(key, term, act))) : null,
      h("h3", {}, "Terms"), vocabulary.terms + vocabulary.proposed ? terms : notice("No terms yet.")];
  };
  const undo = (/** @type {Act} */ act) => confirm("Undo the last operation?", "Values that a merge has moved return to their terms.", "Undo", async () => {
    const { summary } = await post(`${base(key)}/undo`, {});
    return () => act(() => `Undone: ${summary}.`);
  });
  const buttons = (/** @type {Act} */ act) => [
    may("manage") ? h("button", { type: "button", "data-key": "undo", onclick: () => undo(act) }, "Undo …") : null,
    h("a", { class: "button", href: "#/vocabularies" }, "All vocabularies")].filter(Boolean);
  const { element, refresh } = part(key, buttons, read, draw);
  await refresh();
  main.replaceChildren(element);
  follow(signal, ["vocabulary."], () => refresh().catch(() => {}));
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
async function all(main, signal) {
  const draw = (/** @type {Schemas["VocabularyReport"][]} */ found) => (found.length
    ? h("ul", { class: "entries" }, found.map(({ key, label: text, terms, proposed, open }) => h("li", { class: "entry" }, h("div", { class: "what" },
      h("h3", {}, h("a", { href: `#/vocabularies?${new URLSearchParams({ key })}` }, label(text))),
      h("p", {}, [plural(terms, "term"), proposed ? `${proposed} proposed` : "", open ? "open" : "strict"].filter(Boolean).join(", "))))))
    : notice("No vocabularies yet.", "A vocabulary is a tree of terms that assets can be described by."));
  const { element, refresh } = part("Vocabularies", () => [], () => get("/vocabularies", {}, signal), draw);
  await refresh();
  main.replaceChildren(element);
  follow(signal, ["vocabulary."], () => refresh().catch(() => {}));
}

/** @param {HTMLElement} main @param {AbortSignal} signal @param {URLSearchParams} parameters */
const show = (main, signal, parameters) => (parameters.has("key") ? one(main, signal, parameters.get("key") ?? "") : all(main, signal));

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/vocabularies", area: "settings", order: 50, label: "Vocabularies", scope: "read", show }];

/** The last operations of vocabularies; who manages the library undoes them. @type {NonNullable<import("/page/panels.js").Panel["edits"]>} */
export async function edits({ everybody, limit }, signal) {
  if (!may("manage")) return [];
  const mine = session()?.actor;
  const lists = await Promise.all((await get("/vocabularies", {}, signal)).map(async ({ key }) => {
    const found = await get(`/vocabularies/${key}/operations`, { limit }, signal);
    return found.filter((one) => everybody || one.actor === mine).map((one) => ({
      at: one.at, actor: one.actor, summary: one.summary, count: 1, isUndone: one.undone_at !== null, canUndo: one.undone_at === null,
      undo: async () => `Undone: ${(await post(`/vocabularies/${key}/undo`, { operation: one.id })).summary}.`,
    }));
  }));
  return lists.flat().sort((one, other) => Date.parse(other.at) - Date.parse(one.at)).slice(0, limit);
}

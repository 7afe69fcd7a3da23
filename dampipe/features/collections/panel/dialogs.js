// The dialogs of collections: to make one, to change it, and to choose one.

import { describe, get, post } from "/page/api.js";
import { announce, h } from "/page/dom.js";
import { showDone } from "/page/done.js";
import { ask, choice, field, openDialog } from "/page/form.js";
import { add, change, may, nameOf, undoable } from "./acts.js";
import { searchFields } from "./search-fields.js";

/** @typedef {import("./acts.js").Collection} Collection */
/** @typedef {import("/page/panels.js").Done} Done */

/** @param {string} value @param {string} [label] */
const textArea = (value, label = "Description") => h("label", {}, h("span", {}, label), h("textarea", { name: "description", rows: 3, maxLength: 10_000 }, value));
/** @param {boolean} [checked] */
const privately = (checked = false) => h("label", { class: "option" }, h("input", { type: "checkbox", name: "private", value: "yes", checked }),
  h("span", {}, "Private", h("small", {}, "Only you, managers and those to whom you give a right see it.")));

/**
 * @param {Collection | null} parent null: at the top
 * @param {boolean} isSearch
 * @param {() => unknown} refresh
 */
export function make(parent, isSearch, refresh) {
  const search = isSearch ? searchFields({}, "") : null;
  const where = parent ? ` in ${parent.name}` : "";
  ask(isSearch ? `New saved search${where}` : `New collection${where}`, [
    field("Name", { name: "name", maxLength: 200, autofocus: true, autocomplete: "off" }), search?.element ?? null, parent ? null : privately(),
  ], "Make it", async (given) => {
    const body = { name: given.name, parent: parent?.id ?? null, private: given.private === "yes", ...(search ? search.read() : {}) };
    /** @type {Collection | null} */
    let made = null;
    const done = await undoable(`Made ${given.name}.`, async () => (made = await post("/collections", body)));
    return () => {
      showDone(done);
      refresh();
      if (made) location.hash = `#/collections?collection=${made.id}`;
    };
  });
}

/** @param {Collection} one @param {() => unknown} refresh */
export function rename(one, refresh) {
  ask(`Rename ${one.name}`, [field("Name", { name: "name", value: one.name, maxLength: 200, autofocus: true, autocomplete: "off" })], "Rename", async ({ name }) => {
    const done = await change(one, { name }, `Renamed ${one.name} to ${name}.`, refresh);
    return () => done && showDone(done);
  });
}

/** @param {Collection} one @param {() => unknown} refresh */
export function edit(one, refresh) {
  const search = one.filters ? searchFields(one.filters, one.sort ?? "") : null;
  const isTop = one.parent === null;
  ask(`Edit ${one.name}`, [
    field("Name", { name: "name", value: one.name, maxLength: 200, autofocus: true, autocomplete: "off" }),
    textArea(one.description ?? ""), search?.element ?? null, isTop && may(one, "manage") ? privately(one.private) : null,
  ], "Save", async (given) => {
    const isPrivate = isTop && may(one, "manage") ? { private: given.private === "yes" } : {};
    /** @type {Record<string, unknown>} */
    const wanted = { name: given.name, description: given.description, ...isPrivate, ...(search ? search.read() : {}) };
    const now = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (one));
    const changes = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(now[name])));
    const done = Object.keys(changes).length ? await change(one, changes, `Changed ${given.name}.`, refresh) : null;
    return () => done && showDone(done);
  });
}

/** The fields that lists are sorted by, as choices. */
export async function sortOptions() {
  const fields = (await get("/metadata/fields")).filter((one) => one.sortable && !["term", "asset"].includes(one.type));
  return fields.flatMap(({ key, label }) => [[key, `${label}, ascending`], [`-${key}`, `${label}, descending`]]);
}

/** @param {Collection} one @param {() => unknown} refresh */
export async function sortItems(one, refresh) {
  const options = await sortOptions();
  ask(`Sort the items of ${one.name}`, [h("p", {}, "They get the order of a field once; after that they can be moved by hand again."), choice("By", "by", options)], "Sort", async ({ by }) => {
    const done = await undoable(`Sorted ${one.name}.`, () => post(`/collections/${one.id}/items/sort`, { by }));
    return () => {
      showDone(done);
      refresh();
    };
  });
}

/**
 * Ask for a collection by its name, typed in part: arrow keys choose. top: whether the top is offered; creates: whether one that is not
 * there can be made. act: is called with what was chosen, null for the top; the dialog closes when it has succeeded.
 * @param {string} title
 * @param {readonly Collection[]} offered
 * @param {{ top?: boolean, creates?: boolean, button?: string }} settings
 * @param {(chosen: Collection | null) => Promise<Done | null>} act
 * @param {() => void} [left] when nothing was chosen
 */
export function askCollection(title, offered, { top = false, creates = false }, act, left = () => {}) {
  let isDone = false;
  const dialog = openDialog((close, titleId) => {
    const problem = h("p", { class: "problem", role: "alert" });
    const list = h("ul", { id: `${titleId}-list`, class: "offers", role: "listbox", "aria-label": "Collections" });
    const input = h("input", { type: "text", role: "combobox", "aria-label": "Collection", placeholder: "Type a part of its name", autocomplete: "off", autofocus: true,
      "aria-controls": list.id, "aria-expanded": "true", "aria-autocomplete": "list" });
    /** @type {{ label: string, run: () => Promise<Done | null> }[]} */
    let choices = [];
    let at = 0;

    /** @param {string} name */
    async function makeAndUse(name) {
      return act(await post("/collections", { name }));
    }

    async function choose(index = at) {
      if (!choices[index]) return;
      try {
        const done = await choices[index].run();
        isDone = true;
        close();
        if (done) showDone(done);
      } catch (error) {
        problem.textContent = describe(error);
      }
    }

    function mark() {
      [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
      const active = list.children[at];
      if (active) input.setAttribute("aria-activedescendant", active.id);
      else input.removeAttribute("aria-activedescendant");
      active?.scrollIntoView({ block: "nearest" });
    }

    function draw() {
      const text = input.value.trim().toLowerCase();
      const fits = offered.filter((one) => nameOf(one).toLowerCase().includes(text));
      const exact = offered.some((one) => one.name.toLowerCase() === text);
      choices = [
        ...(top && !text ? [{ label: "At the top", run: () => act(null) }] : []),
        ...fits.slice(0, 100).map((one) => ({ label: nameOf(one), run: () => act(one) })),
        ...(creates && text && !exact && !text.includes("/") ? [{ label: `New collection “${input.value.trim()}”`, run: () => makeAndUse(input.value.trim()) }] : []),
      ];
      at = 0;
      list.replaceChildren(...choices.map(({ label }, index) => h("li", { id: `${titleId}-${index}`, role: "option", onclick: () => choose(index) }, label)));
      mark();
      if (!choices.length) announce("No collection has that in its name.");
    }

    input.addEventListener("input", draw);
    input.addEventListener("keydown", (event) => {
      const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (by && choices.length) at = (at + by + choices.length) % choices.length;
      else if (event.key === "Enter") choose();
      else return;
      mark();
      event.preventDefault();
    });
    draw();
    return h("div", { class: "stack" }, h("h2", { id: titleId }, title), input, list, problem, h("div", { class: "actions" }, h("button", { type: "button", onclick: close }, "Cancel")));
  });
  dialog.addEventListener("close", () => !isDone && left());
}

/**
 * Ask to which collection chosen assets are to be added, and add them; null where that is left.
 * @param {{ body: import("/page/selection.js").Chosen["body"] | { subclips: number[] }, count: number }} chosen
 * @param {string} [title]
 * @returns {Promise<Done | null>}
 */
export async function addToCollection(chosen, title = "Add to a collection") {
  const all = (await get("/collections")).filter((one) => may(one, "edit") && !(one.filters && "subclips" in chosen.body));
  return new Promise((resolve) => {
    const act = async (/** @type {Collection | null} */ to) => {
      if (to) resolve(await add(to, chosen));
      return null; // who asked says what was done
    };
    askCollection(title, all, { creates: true }, act, () => resolve(null));
  });
}

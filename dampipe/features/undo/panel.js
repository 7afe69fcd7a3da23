// Edits: what one did, of all features, newest first, with a button that takes each back; managers see those of everybody.

import { describe, get, post } from "/page/api.js";
import { h, notice, redraw } from "/page/dom.js";
import { editsOf, PAGE } from "/page/edits.js";
import { ARROWS, entryKeys } from "/page/entry-keys.js";
import { follow, newest } from "/page/follow.js";
import { actorName, plural } from "/page/format.js";
import { declareKeys } from "/page/keys.js";
import { may } from "/page/session.js";
import { toast } from "/page/toasts.js";

/** Events after which the list is read again. */
const EVENTS = ["asset.", "metadata.", "tag.", "collection.", "subclip.", "comment.", "share.", "licence.", "version."];
const keys = declareKeys("Edits", { ...ARROWS, undo: { keys: ["u"], does: "Undo the edit" } });

/** The last edits of collections, subclips, comments and links. @type {NonNullable<import("/page/panels.js").Panel["edits"]>} */
export async function edits({ everybody, limit }, signal) {
  if (!may("comment")) return [];
  const found = await get("/edits", { limit, ...(everybody ? { everybody } : {}) }, signal);
  return found.map((one) => ({
    at: one.at, actor: one.actor, summary: one.summary, count: one.changes, isUndone: one.undone_at !== null, canUndo: one.undone_at === null && one.undoes === null,
    undo: () => undoEdit(one.id),
  }));
}

/** Undo an edit; resolves with a sentence. @param {number} number */
export async function undoEdit(number) {
  const { undone, restored, left } = await post(`/edits/${number}/undo`);
  return `Undone: ${undone.summary}; ${plural(restored, "row")} restored${left ? `, ${left.toLocaleString()} left as they are` : ""}.`;
}

/** The dialog that imports metadata from a table, of the feature of metadata. */
async function importTable() {
  const address = "/page/panels/metadata/panel.js";
  const metadata = await import(address);
  await metadata.importTable();
}

/** @param {HTMLElement} main @param {AbortSignal} signal */
async function show(main, signal) {
  const list = h("div", { class: "edits" });
  /** @type {HTMLInputElement} */
  const all = h("input", { type: "checkbox", onchange: () => draw() });
  let shown = "";
  main.replaceChildren(h("section", { class: "part" }, h("div", { class: "bar" }, h("h2", {}, "Edits"),
    h("button", { type: "button", "data-key": "import-table", onclick: () => importTable().catch((problem) => toast(describe(problem), { isProblem: true })) }, "Import a table …"),
    may("manage") ? h("label", { class: "option" }, all, h("span", {}, "Of everybody")) : null), list));

  /** @param {import("/page/edits.js").Edit} edit @param {number} number */
  function entry(edit, number) {
    const key = `edit-${edit.at}-${edit.summary}`;
    const undo = async () => {
      button.disabled = true;
      try {
        toast(await edit.undo());
      } catch (problem) {
        toast(`It was not undone: ${describe(problem)}`, { isProblem: true });
      }
      await draw().catch(() => {});
    };
    const button = h("button", { type: "button", "data-key": `undo-${key}`, "aria-label": `Undo: ${edit.summary}`, onclick: undo }, "Undo");
    const made = h("li", { class: "entry", tabIndex: number ? -1 : 0, "data-key": key },
      h("div", {}, h("h3", { class: edit.isUndone ? "undone" : "" }, edit.summary),
        h("p", {}, [edit.when, actorName(edit.actor), plural(edit.count, "change"), edit.isUndone ? "undone" : ""].filter(Boolean).join(" · "))),
      h("div", { class: "actions" }, edit.canUndo ? button : null));
    entryKeys(made, keys, { undo: () => (edit.canUndo ? undo() : false) });
    return made;
  }

  /** @type {() => Promise<void>} */
  const draw = newest(() => editsOf(all.checked, signal), (found) => {
    if (signal.aborted) return;
    const json = JSON.stringify(found);
    if (json === shown) return;
    shown = json;
    redraw(list, found.length ? h("ul", {}, found.map(entry)) : notice("Nothing was edited yet that can be undone.", "What you do with tags, fields, collections, subclips and comments is listed here."),
      found.length >= PAGE ? h("p", { class: "hint" }, `The last ${found.length} edits are listed.`) : null);
  });

  await draw();
  const again = () => draw().catch(() => {});
  follow(signal, EVENTS, again);
  document.addEventListener("assets-edited", again, { signal });
}

/** @type {readonly import("/page/panels.js").View[]} */
export const views = [{ path: "/edits", area: "work", order: 60, label: "Edits", scope: "comment", show }];

// What can be done with a collection, as the menu of the tree and that of the view have it.

import { post, save } from "/page/api.js";
import { doAndSay, showDone } from "/page/done.js";
import { confirm } from "/page/form.js";
import { may } from "/page/session.js";
import { change, deleteCollection, may as mayIn, moveTo, nameOf, undoable } from "./acts.js";
import { askCollection, edit, make, rename, sortItems } from "./dialogs.js";
import { rights } from "./rights.js";

/** @typedef {import("./acts.js").Collection} Collection */
/** @typedef {import("/page/menu.js").MenuItem} MenuItem */

export const FORMATS = { otio: "OpenTimelineIO", fcpxml: "Final Cut Pro", xml: "Final Cut Pro 7 XML", edl: "EDL", csv: "table" };

/** Save a collection as a timeline, and say what was left out. @param {Collection} one @param {string} format */
export const exportAs = (one, format) => doAndSay(async () => {
  const warnings = await save(`/collections/${one.id}/export`, { format });
  return { done: warnings.length ? warnings.slice(0, 3).join(" ") : `Saved ${one.name} as ${format.toUpperCase()}.` };
});

/** Open the dialog of share links, where there is that feature. @param {Collection} one */
export async function share(one) {
  const address = "/page/panels/sharing/share.js";
  const module = await import(address).catch(() => null);
  if (module?.share) module.share({ collection: one.id, name: one.name }, (/** @type {string} */ done) => showDone({ done }));
  else showDone({ done: "Links cannot be made on this server." });
}

/** @param {Collection} one @param {readonly Collection[]} all */
function move(one, all) {
  const isBelow = (/** @type {Collection} */ other) => one.path.every((part, index) => other.path[index] === part) && other.path.length >= one.path.length;
  const targets = all.filter((other) => mayIn(other, "edit") && !isBelow(other) && other.id !== one.parent);
  askCollection(`Move ${one.name}`, targets, { top: one.parent !== null, button: "Move" }, (target) => (target
    ? moveTo(one, target, "in")
    : undoable(`Moved ${one.name} to the top.`, () => post(`/collections/${one.id}/move`, { to_top: true }))));
}

/**
 * @param {Collection} one
 * @param {readonly Collection[]} all
 * @param {() => unknown} refresh
 * @returns {(MenuItem | null | false)[]}
 */
export function menuOf(one, all, refresh) {
  const [canEdit, canManage] = [mayIn(one, "edit"), mayIn(one, "manage")];
  return [
    { label: "Open", act: () => (location.hash = `#/collections?collection=${one.id}`) },
    canEdit && { label: "New collection in it …", act: () => make(one, false, refresh) },
    canEdit && { label: "New saved search in it …", act: () => make(one, true, refresh) },
    canEdit && { label: "Rename …", keys: "F2", act: () => rename(one, refresh) },
    canEdit && { label: one.filters ? "Edit the search …" : "Edit …", act: () => edit(one, refresh) },
    canEdit && !one.filters && { label: "Sort the items …", act: () => sortItems(one, refresh) },
    canManage && { label: "Move to …", act: () => move(one, all) },
    canManage && { label: "Rights …", act: () => rights(one) },
    may("share") && { label: "Share …", act: () => share(one) },
    canEdit && Boolean(one.cover) && { label: "Cover: the first item", act: () => doAndSay(() => change(one, { cover: "" }, "The cover is the first item.", refresh)) },
    ...(may("export") ? Object.entries(FORMATS).map(([format, text]) => ({ label: `Save as ${text} (.${format})`, act: () => exportAs(one, format) })) : []),
    canManage && { label: "Delete …", isDangerous: true, keys: "Del", act: () => confirm(`Delete ${nameOf(one)}?`, "All collections in it are deleted with it. Assets and files stay. It can be undone.", "Delete", async () => {
      const done = await deleteCollection(one);
      return () => {
        showDone(done);
        if (location.hash.includes(`collection=${one.id}`)) location.hash = "#/collections";
        refresh();
      };
    }) },
  ];
}

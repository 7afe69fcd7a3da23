// What is done with collections and their items, and how it is taken back.

import { get, patch, post, remove } from "/page/api.js";
import { asksAboutConflict, basedOn } from "/page/conflict.js";
import { plural } from "/page/format.js";
import { may as mayDo } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {Schemas["CollectionReport"]} Collection */
/** @typedef {import("/page/panels.js").Done} Done */

const RIGHTS = ["view", "comment", "edit", "manage"];

/** Whether the actor has a right on a collection, or a higher one. @param {Collection} one @param {"view" | "comment" | "edit" | "manage"} right */
export const may = (one, right) => mayDo(right === "view" ? "read" : right === "comment" ? "comment" : "edit") && RIGHTS.indexOf(one.right) >= RIGHTS.indexOf(right);

/** A collection by its path. @param {Pick<Collection, "path">} one */
export const nameOf = ({ path }) => path.join(" / ");

/** Take an edit back. @param {number} edit */
export async function undo(edit) {
  const { left } = await post(`/edits/${edit}/undo`);
  return left ? `Undone, but for ${plural(left, "change")} that others have changed since.` : "Undone.";
}

/** What was done, with the edit that takes it back. @param {string} done @param {number | null | undefined} edit @returns {Done} */
const doneBy = (done, edit) => (edit ? { done, undo: () => undo(edit) } : { done });

/**
 * Do something whose answer names the edit that takes it back.
 * @param {string} done
 * @param {() => Promise<{ edit?: number | null }>} act
 * @returns {Promise<Done>}
 */
export async function undoable(done, act) {
  const { edit } = await act();
  return doneBy(done, edit);
}

/**
 * Add chosen assets and subclips to a collection; in a saved search they are pinned.
 * @param {Pick<Collection, "id" | "name" | "filters">} to
 * @param {{ body: import("/page/selection.js").Chosen["body"] | { subclips: number[] }, count: number }} chosen
 * @param {object} [place]
 */
export async function add(to, chosen, place = {}) {
  const where = to.filters ? "pins" : "items";
  const { changed, edit } = await post(`/collections/${to.id}/${where}`, /** @type {any} */ ({ ...chosen.body, ...place }));
  const there = chosen.count - changed;
  const done = to.filters ? `Pinned ${plural(changed, "asset")} in ${to.name}` : `Added ${plural(changed, "item")} to ${to.name}`;
  return doneBy(there > 0 ? `${done}; ${there.toLocaleString()} ${there === 1 ? "was" : "were"} there already.` : `${done}.`, edit);
}

/**
 * Move a collection to a place beside or in another.
 * @param {Collection} moved
 * @param {Collection} target
 * @param {import("/page/tree.js").Place} place
 */
export const moveTo = (moved, target, place) => undoable(`Moved ${moved.name}.`, async () => {
  const beside = place === "in" ? {} : { [place]: target.id };
  const parent = place === "in" ? target.id : target.parent ?? null;
  return post(`/collections/${moved.id}/move`, { ...beside, ...(parent === null ? { to_top: true } : { parent }) });
});

/** @param {Collection} from @param {readonly number[]} items */
export async function removeItems(from, items) {
  const { changed, edit } = await post(`/collections/${from.id}/items/remove`, /** @type {any} */ ({ items }));
  return doneBy(`Removed ${plural(changed, "item")} from ${from.name}.`, edit);
}

/** Have assets never in a saved search. @param {Collection} from @param {readonly string[]} assets */
export async function exclude(from, assets) {
  const { changed, edit } = await post(`/collections/${from.id}/exclusions`, /** @type {any} */ ({ assets }));
  return doneBy(`Excluded ${plural(changed, "asset")} from ${from.name}.`, edit);
}

/**
 * Move items; of one, if it was moved meanwhile, ask first.
 * @param {Collection} within
 * @param {readonly Schemas["ItemReport"][]} items
 * @param {{ before?: number, after?: number, first?: boolean, last?: boolean }} place
 * @returns {Promise<Done | null>}
 */
export async function moveItems(within, items, place) {
  const numbers = items.flatMap(({ id }) => (typeof id === "number" ? [id] : []));
  const based = items.length === 1 && items[0].version ? { if_version: items[0].version } : {};
  const move = (/** @type {object} */ on) => post(`/collections/${within.id}/items/move`, /** @type {any} */ ({ items: numbers, ...place, ...on }));
  try {
    const { changed, edit } = await move(based);
    return doneBy(`Moved ${plural(changed, "item")}.`, edit);
  } catch (problem) {
    if (asksAboutConflict(problem, () => move({}))) return null;
    throw problem;
  }
}

/**
 * Change a collection; where others have changed it meanwhile, ask which value is to stay.
 * @param {Collection} one
 * @param {import("dampipe-api").Schemas["CollectionChangeBody"]} changes
 * @param {string} done
 * @param {() => unknown} [then]
 * @returns {Promise<Done | null>}
 */
export async function change(one, changes, done, then = () => {}) {
  try {
    const write = (/** @type {number} */ version) => undoable(done, () => patch(`/collections/${one.id}`, { ...changes, if_version: version }));
    const made = await basedOn(one, Object.keys(changes), () => get(`/collections/${one.id}`), write);
    then();
    return made;
  } catch (problem) {
    const again = async (/** @type {number} */ version) => {
      await patch(`/collections/${one.id}`, { ...changes, if_version: version });
      then();
    };
    if (asksAboutConflict(problem, again)) return null;
    throw problem;
  }
}

/** @param {Collection} one */
export async function deleteCollection(one) {
  const { deleted, edit } = await remove(`/collections/${one.id}`);
  const more = deleted > 1 ? ` with ${plural(deleted - 1, "collection")} in it` : "";
  return doneBy(`Deleted ${one.name}${more}. Assets stay where they are.`, edit);
}

// The edits of people, of all features: what panels list of them, in the order of time.

import { dateTime } from "./format.js";
import { panels } from "./panels.js";

/** @typedef {import("./panels.js").Edit & { when: string }} Edit */

/** What a feature lists at a time. */
export const PAGE = 100;

/**
 * The last edits, newest first. everybody: of all people; else of the one who uses the page. What a feature cannot list now
 * is left out.
 * @param {boolean} everybody
 * @param {AbortSignal} [signal]
 * @returns {Promise<Edit[]>}
 */
export async function editsOf(everybody, signal) {
  const sources = (await panels()).flatMap((panel) => (panel.edits ? [panel.edits] : []));
  const lists = await Promise.all(sources.map((list) => list({ everybody, limit: PAGE }, signal)));
  return merged(lists).map((edit) => ({ ...edit, when: dateTime(edit.at) }));
}

/**
 * Lists that are sorted by time, newest first, as one. Where a list was cut off at `PAGE`, what is older than its last entry is
 * left out: edits of that list would be missing between.
 * @template {{ at: string }} T
 * @param {readonly (readonly T[])[]} lists
 */
export function merged(lists) {
  const cuts = lists.filter((list) => list.length >= PAGE).map((list) => Date.parse(/** @type {T} */ (list.at(-1)).at));
  const oldest = Math.max(-Infinity, ...cuts);
  return lists.flat().filter((one) => Date.parse(one.at) >= oldest).sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

/** The last edit of the one who uses the page that can be undone. */
export const newestEdit = async () => (await editsOf(false)).find((edit) => edit.canUndo) ?? null;

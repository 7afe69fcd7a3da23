// The edits of people, of all features: what panels list of them, in the order of time.

import { merged } from "./edits-order.js";
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
  return merged(lists, PAGE).map((edit) => ({ ...edit, when: dateTime(edit.at) }));
}

/** The last edit of the one who uses the page that can be undone. */
export const newestEdit = async () => (await editsOf(false)).find((edit) => edit.canUndo) ?? null;

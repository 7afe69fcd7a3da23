// Edits of the metadata of many assets, as one operation that is undone by one click: for the acts of panels.

import { post } from "./api.js";
import { plural } from "./format.js";

/** What becomes of fields: a part of the body of `POST /metadata/edit`. @typedef {Pick<import("dampipe-api").Schemas["BulkRequest"], "set" | "add" | "remove" | "unset" | "clear">} Parts */

/**
 * Edit chosen assets. what: what is said of it, such as "Rated 4": the number of assets follows.
 * @param {import("./selection.js").Chosen} chosen
 * @param {Parts} parts
 * @param {string} what
 * @returns {Promise<import("./panels.js").Done>}
 */
export async function editMany(chosen, parts, what) {
  const { operation, assets, changed } = await post("/metadata/edit", { ...chosen.body, ...parts });
  if (operation === null) return { done: `${what}: nothing was different.` };
  const rest = assets - changed;
  return {
    done: `${what}: ${plural(changed, "asset")}${rest ? `; ${rest.toLocaleString()} had it already` : ""}.`,
    undo: () => undoOperation(operation),
  };
}

/** Undo an operation of metadata; resolves with a sentence. @param {number} operation */
export async function undoOperation(operation) {
  const { undone, restored, left } = await post(`/metadata/operations/${operation}/undo`);
  return `Undone: ${undone.summary}; ${plural(restored, "value")} restored${left ? `, ${left.toLocaleString()} left as they are, since they were changed meanwhile` : ""}.`;
}

// The edits of several features in one order.

/**
 * Lists that are sorted by time, newest first, as one. Where a list was cut off at `limit`, what is older than its last entry is
 * left out: edits of that list would be missing between.
 * @template {{ at: string }} T
 * @param {readonly (readonly T[])[]} lists
 * @param {number} limit
 */
export function merged(lists, limit) {
  const cuts = lists.filter((list) => list.length >= limit).map((list) => Date.parse(/** @type {T} */ (list.at(-1)).at));
  const oldest = Math.max(-Infinity, ...cuts);
  return lists.flat().filter((one) => Date.parse(one.at) >= oldest).sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

// Where comments are in a version, and which of them are listed. No element is made here.

/** @typedef {import("dampipe-api").Schemas["CommentReport"]} Comment */

/**
 * Where a comment is in the version in view. start, end: in seconds; start is null where it has no time there. near: what is left
 * beside it where its frame is gone. text: what became of it.
 * @typedef {{ isWhole: boolean, start: number | null, end: number | null, near: number | null, text: string }} Where
 */

/**
 * Where a comment is in the version `sha1`.
 * @param {Comment} comment
 * @param {string} sha1
 * @returns {Where}
 */
export function whereIn({ now, start, end, anchor, asset }, sha1) {
  const none = { isWhole: false, start: null, end: null, near: null, text: "" };
  if (!now && !start) return { ...none, isWhole: true };
  if (anchor === sha1 && start && asset !== sha1) return { ...none, start: start.seconds, end: end?.seconds ?? null };
  if (asset !== sha1) return { ...none, text: "on another version" };
  if (now?.fate === "carried" && now.start) return { ...none, start: now.start.seconds, end: now.end?.seconds ?? null, text: now.text };
  return { ...none, near: now?.before?.seconds ?? now?.after?.seconds ?? null, text: now?.text || "its time is not known yet" };
}

/** What may be listed: keys and names. `guests` and `team` are for the team. */
export const FILTERS = /** @type {const} */ ([
  ["all", "All"], ["open", "Open"], ["mine", "Mine"], ["guests", "Of guests"], ["team", "For the team"], ["markers", "Markers"]]);

/** @typedef {typeof FILTERS[number][0]} Filter */

/** Whether a thread is listed. @param {Filter} filter @param {Comment} comment @returns {boolean} */
export function passes(filter, comment) {
  const said = [comment, ...comment.replies];
  switch (filter) {
    case "open": return !comment.resolved_at;
    case "mine": return said.some((one) => one.is_mine);
    case "guests": return said.some((one) => one.is_guest);
    case "team": return said.some((one) => one.audience === "team");
    case "markers": return comment.kind === "marker";
    default: return true;
  }
}

/**
 * The `@name` that is being written before the caret: where it begins, and what there is of the name; null: none is.
 * @param {string} text
 * @param {number} caret
 */
export function mentionAt(text, caret) {
  const found = /(?<![\w.+-])@([\w.+-]*)$/u.exec(text.slice(0, caret));
  return found && { at: found.index, name: found[1].toLowerCase() };
}

/**
 * Names that begin with what was written, then those that hold it.
 * @param {readonly string[]} names
 * @param {string} written
 * @param {number} [most]
 */
export function completions(names, written, most = 8) {
  const fitting = names.filter((name) => name.toLowerCase().includes(written));
  return fitting.sort((one, other) => Number(other.toLowerCase().startsWith(written)) - Number(one.toLowerCase().startsWith(written))).slice(0, most);
}

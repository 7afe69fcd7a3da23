// Share links in words. No element is made here.

/** @typedef {import("dampipe-api").Schemas["ShareReport"]} Share */

/** What guests may do. @type {readonly (readonly ["comment" | "download" | "originals", string, string])[]} */
export const ALLOWED = [
  ["comment", "Comment", "They see the comments that are not for the team, and write some."],
  ["download", "Download proxies", "And other previews."],
  ["originals", "Download originals", ""],
];

const WORDS = { comment: "comment", download: "download proxies", originals: "download originals" };

/** What guests of a link may do. @param {Share} share @param {ReadonlyMap<string, string>} names of transitions by their keys */
export const allowedText = ({ allow, moves }, names) =>
  ["look", ...allow.map((one) => WORDS[one]), ...moves.map((one) => (names.get(one) ?? one).toLowerCase())].join(", ");

/** @param {Share} share */
export const stateText = ({ state }) => ({ open: "open", expired: "expired", used_up: "opened as often as it may be", revoked: "revoked", disabled: "closed: its owner is disabled" })[state];

/** @param {Share} share */
export const countText = ({ opened, max_opens }) => (max_opens ? `${opened} of ${max_opens}` : String(opened));

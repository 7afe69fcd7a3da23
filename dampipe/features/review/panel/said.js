// How a comment reads: its words and who said them; and two values of one that was changed by two.

import { h } from "/page/dom.js";
import { dateTime } from "/page/format.js";

/** @typedef {import("dampipe-api").Schemas["CommentReport"]} Comment */
/** @typedef {import("dampipe-api").Schemas["ReplyReport"]} Reply */

/** The words of a comment; names of people who are mentioned stand out. @param {Comment | Reply} one */
function words({ text, mentions }) {
  const parts = text.split(/(?<![\w.+-])(@[\w.+-]+)/u);
  return parts.map((part, number) => (number % 2 && mentions.some((name) => part.slice(1).toLowerCase().startsWith(name.toLowerCase())) ? h("strong", { class: "mention" }, part) : part));
}

/** What was said, and by whom. @param {Comment | Reply} one */
export function said(one) {
  const by = [dateTime(one.created_at), one.edited_at ? "edited" : ""].filter(Boolean).join(", ");
  return [
    h("p", { class: "who" }, h("strong", {}, one.author_name), " ", one.is_guest ? h("small", { class: "chip" }, one.is_mine ? "you" : "guest") : null,
      one.audience === "team" ? h("small", { class: "chip team", title: "Guests of share links do not see it" }, "team") : null, " ", h("small", {}, by)),
    "name" in one && one.name ? h("p", {}, h("strong", { class: "marker", "data-color": one.color }, one.name)) : null,
    one.text ? h("p", { class: "words" }, words(one)) : null,
  ];
}

/**
 * The two values of an edit that met another one, and a button for each.
 * @param {import("./writing.js").Api} api
 * @param {unknown} error
 * @param {(version: number) => void} overwrite
 */
export function conflict(api, error, overwrite) {
  const { code, parameters } = api.codeOf(error);
  if (code !== "comment.changed_meanwhile") return null;
  const shown = (/** @type {unknown} */ value) => (value === null || value === "" ? "nothing" : typeof value === "string" ? value : JSON.stringify(value));
  return h("div", { class: "conflict" },
    h("p", {}, `It was changed meanwhile by ${String(parameters.by).replace(/^user:/, "")}.`),
    h("dl", {}, h("dt", {}, "Now"), h("dd", {}, shown(parameters.theirs)), h("dt", {}, "Yours"), h("dd", {}, shown(parameters.yours))),
    h("button", { type: "button", onclick: () => overwrite(parameters.version) }, "Save mine all the same"));
}

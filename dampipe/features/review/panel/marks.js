// Comments and markers as a track under the timeline: the list beside the picture has the same, with its words.

import { h } from "/page/dom.js";
import { labelOf } from "./writing.js";

/** @typedef {import("dampipe-api").Schemas["CommentReport"]} Comment */

/** What one reads of a comment over its mark. @param {Comment} comment */
const summary = ({ author_name, name, text, drawing, replies }) =>
  [name, `${author_name}: ${text.length > 200 ? `${text.slice(0, 199)}…` : text || (drawing ? "a drawing" : "a marker")}`, replies.length ? `${replies.length} ${replies.length === 1 ? "reply" : "replies"}` : ""].filter(Boolean).join("\n");

/**
 * The track of comments; `draw` shows these, each with where it is, and `choose` is called with one that is pressed.
 * @param {import("/page/panels.js").Player} player
 * @param {(comment: Comment) => void} choose
 */
export function marksTrack(player, choose) {
  const hover = h("span", { class: "marked", hidden: true });
  const row = h("div", { class: "marks", "aria-hidden": "true" });
  const element = h("div", { class: "marks-track" }, row, hover);
  player.addTrack(element, { label: "Comments", order: 30 });

  /** @param {Comment} comment @param {import("./threads.js").Where} where */
  function mark(comment, where) {
    const start = where.start ?? 0;
    const made = h("span", { class: ["mark", comment.kind, comment.resolved_at ? "resolved" : "", where.end === null ? "" : "span"].filter(Boolean).join(" ") });
    made.dataset.comment = String(comment.id);
    if (comment.color) made.dataset.color = comment.color;
    made.style.left = `${(start / player.duration) * 100}%`;
    if (where.end !== null) made.style.width = `${((where.end - start) / player.duration) * 100}%`;
    made.addEventListener("click", (event) => {
      event.stopPropagation();
      choose(comment);
    });
    made.addEventListener("pointerdown", (event) => event.stopPropagation()); // it is no scrubbing
    made.addEventListener("pointerenter", () => {
      hover.textContent = `${labelOf(player, start)}\n${summary(comment)}`;
      hover.style.left = `clamp(0%, calc(${(start / player.duration) * 100}% - 2rem), calc(100% - 14rem))`;
      hover.hidden = false;
    });
    made.addEventListener("pointerleave", () => (hover.hidden = true));
    return made;
  }

  return {
    /** @param {[Comment, import("./threads.js").Where][]} comments */
    draw(comments) {
      hover.hidden = true;
      row.replaceChildren(...comments.filter(([, where]) => where.start !== null).map(([comment, where]) => mark(comment, where)));
    },
  };
}

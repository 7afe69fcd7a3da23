// What waits for an answer: mentions, tasks, open comments on what one is responsible for, and what guests wrote.

import { describe, get, post } from "/page/api.js";
import { writeAddress } from "/page/address.js";
import { h, notice, redraw } from "/page/dom.js";
import { follow, newest } from "/page/follow.js";
import { dateTime, plural } from "/page/format.js";
import { session } from "/page/session.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {Schemas["CommentReport"]} Comment */

const MOST = 50;
const LONGEST = 280; // characters of a text in the list

/** Where a comment is answered. @param {string} asset @param {number} comment */
const placeOf = (asset, comment) => writeAddress(`/asset/${asset}`, { comment, tab: "Comments" });

/** @param {string} text */
const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

/** A thread as an entry: what was said last. @param {Comment} comment @param {string} [why] */
function threadEntry(comment, why = "") {
  const last = comment.replies.at(-1) ?? comment;
  const text = last.text || ("name" in last && last.name) || "a drawing";
  const time = comment.now?.start?.timecode ?? comment.start?.timecode;
  return h("li", { class: "entry", "data-key": `thread-${comment.id}` }, h("a", { href: placeOf(comment.asset, comment.id) },
    h("strong", {}, comment.asset_name), time ? h("span", { class: "time" }, time) : null,
    h("span", { class: "words" }, `${last.author_name}: ${short(text)}`),
    h("small", {}, [dateTime(last.created_at), comment.replies.length ? plural(comment.replies.length, "reply", "replies") : "", comment.now?.text, why].filter(Boolean).join(" · "))));
}

/**
 * A part of the view; nothing where there is nothing in it.
 * @param {string} title
 * @param {Node[]} entries
 * @param {Node[]} [actions]
 */
const part = (title, entries, actions = []) => (entries.length
  ? h("section", { class: "inbox", "aria-label": title }, h("div", { class: "bar" }, h("h2", {}, `${title} `, h("small", {}, String(entries.length))), ...actions), h("ul", {}, entries))
  : null);

/** @param {HTMLElement} main @param {AbortSignal} signal */
export async function inbox(main, signal) {
  const body = h("div");
  const message = h("p", { role: "status", class: "hint" });
  main.replaceChildren(h("h2", { class: "unseen" }, "Review"), message, body);

  /** Mark mentions as read. @param {number[] | null} comments */
  async function read(comments) {
    try {
      const { count } = await post("/comments/mentions/read", { comments });
      message.textContent = `${plural(count, "mention")} marked as read.`;
    } catch (problem) {
      message.textContent = describe(problem);
    }
    await draw();
  }

  /** @param {Schemas["MentionReport"]} one */
  const mentionEntry = (one) => h("li", { class: "entry" },
    h("a", { href: placeOf(one.asset, one.comment) }, h("strong", {}, one.asset_name), h("span", { class: "words" }, `${one.author_name}: ${short(one.text)}`), h("small", {}, dateTime(one.created_at))),
    h("button", { type: "button", class: "small", "data-key": `read-${one.comment}`, "aria-label": `Read: mention by ${one.author_name} on ${one.asset_name}`, onclick: () => read([one.comment]) }, "Read"));

  /** @param {Schemas["TaskReport"]} one */
  const taskEntry = (one) => h("li", { class: "entry" }, h("a", { href: writeAddress(`/asset/${one.asset}`) }, h("strong", {}, one.name), h("span", { class: "chip" }, one.label),
    one.due ? h("small", { class: one.overdue ? "problem" : "" }, `${one.overdue ? "overdue since" : "due"} ${one.due.slice(0, 16).replace("T", " ")}`) : null));

  const readAll = () => {
    const me = session()?.actor?.startsWith("user:") ? session()?.name ?? "" : "";
    return Promise.all([
      get("/comments/mentions", { limit: MOST }, signal),
      get("/workflow/tasks", { limit: MOST }, signal),
      me ? post("/comments/find", { filters: { assignee: [me] }, resolved: false, limit: MOST, assets: [], author: "", guests: false }) : null,
      me ? get("/comments", { author: me, resolved: false, limit: MOST }, signal) : null,
      get("/comments", { guests: true, resolved: false, limit: MOST }, signal)]);
  };
  const draw = newest(readAll, ([mentions, tasks, mine, own, guests]) => {
    if (signal.aborted) return;
    const known = new Set([...(mine?.comments ?? []), ...guests.comments].map(({ id }) => id));
    const answered = (own?.comments ?? []).filter((one) => !known.has(one.id) && one.replies.length && !one.replies.at(-1)?.is_mine);
    const parts = [
      part("Mentions", mentions.map(mentionEntry), mentions.length > 1 ? [h("button", { type: "button", "data-key": "read-all", onclick: () => read(null) }, "Mark all as read")] : []),
      part("My tasks", tasks.map(taskEntry)),
      part("Open comments on what is assigned to me", (mine?.comments ?? []).map((one) => threadEntry(one))),
      part("From guests", guests.comments.map((one) => threadEntry(one))),
      part("Answers to me", answered.map((one) => threadEntry(one)))].filter((one) => one !== null);
    redraw(body, parts.length ? parts : notice("Nothing waits for you.", "Mentions, tasks, open comments and what guests write are listed here."));
  });

  await draw();
  follow(signal, ["comment", "workflow.", "share."], () => draw().catch(() => {}), { pause: 200 });
}

// The comments of an asset, by time: read again every ten seconds. A draft stays as it is meanwhile.

import { announce, h, redraw } from "../dom.js";
import { confirm } from "../form.js";
import { dateTime, plural } from "../format.js";
import { API, asProblem, describe, get, patch, post, remove } from "./api.js";
import { composer, textForm } from "./writing.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */

const PAGE = 200;

/**
 * Where a comment is in the version in view, as {start, end} in seconds; null: it has no time there.
 * @param {Schemas["CommentReport"]} comment
 */
function timeOf({ now }) {
  return now?.fate === "carried" && now.start ? { start: now.start, end: now.end } : null;
}

/**
 * The time of a comment, as people read it. shown: the screen.
 * @param {Schemas["CommentReport"]} comment
 * @param {import("./screen.js").Shown} shown
 */
function timeText(comment, shown) {
  const time = timeOf(comment);
  if (!time) return comment.now ? comment.now.text || "Its time is not known yet" : "All of it";
  const code = (/** @type {Schemas["TimeReport"]} */ one) => shown.label(one.seconds + 1e-4);
  const last = time.end && shown.frames ? shown.label(shown.frames.middle(shown.frames.frame(time.end.seconds) - 1)) : time.end && code(time.end);
  return last && last !== code(time.start) ? `${code(time.start)} – ${last}` : code(time.start);
}

/**
 * The comments of an asset beside its screen: an element.
 * @param {Schemas["Details"]} asset
 * @param {import("./screen.js").Shown} shown
 * @param {AbortSignal} signal
 */
export async function comments({ video }, shown, signal) {
  const { sha1 } = video;
  /** @type {Map<number, { element: HTMLElement, json: string }>} */
  const items = new Map(); // by number of the thread: its element, and the JSON that it was drawn from
  const list = h("ol", { class: "threads" });
  const title = h("h3", { tabIndex: -1 });
  const problem = h("p", { class: "problem", role: "alert" });
  const more = h("button", { type: "button", class: "more", hidden: true }, "Show more comments");
  let pages = 1;
  let reads = 0; // an answer that comes late is dropped

  async function read() {
    /** @type {Schemas["CommentReport"][]} */
    const found = [];
    /** @type {Schemas["CommentPage"] | null} */
    let page = null;
    for (let number = 0; number < pages && (number === 0 || page?.next); number += 1) {
      page = await get(`/assets/${sha1}/comments`, { limit: PAGE, ...(page ? { after: page.next } : {}) }, signal);
      found.push(...page.comments);
    }
    return { found, total: page?.total ?? 0, hasMore: Boolean(page?.next) };
  }

  async function refresh() {
    const number = (reads += 1);
    const { found, total, hasMore } = await read();
    if (signal.aborted || number !== reads) return;
    title.textContent = total ? plural(total, "comment") : "No comments yet";
    more.hidden = !hasMore;
    const numbers = new Set(found.map(({ id }) => id));
    for (const [id, { element }] of items) {
      if (numbers.has(id) || isWriting(element)) continue;
      if (element.contains(document.activeElement)) title.focus();
      element.remove();
      items.delete(id);
    }
    found.forEach((comment, place) => {
      const json = JSON.stringify(comment);
      const item = items.get(comment.id) ?? { element: h("li", { class: "thread" }), json: "" };
      items.set(comment.id, item);
      if (item.json !== json && !isWriting(item.element)) {
        redraw(item.element, thread(comment, item.element));
        item.json = json;
      }
      if (list.children[place] !== item.element) list.insertBefore(item.element, list.children[place] ?? null);
    });
  }

  const isWriting = (/** @type {HTMLElement} */ element) => element.querySelector("form") !== null;

  /**
   * Do something, and say what was done; the focus goes to the control with `key`, or to the title.
   * @param {string} text
   * @param {HTMLElement | null} [element]
   * @param {string} [key]
   */
  async function done(text, element = null, key = "") {
    await refresh().catch(failed);
    announce(text);
    (/** @type {HTMLElement | null | undefined} */ (element?.querySelector(`[data-key="${key}"]`)) ?? title).focus({ preventScroll: true });
  }

  /** @param {unknown} error */
  function failed(error) {
    if (signal.aborted) return;
    if (asProblem(error).isEnd) document.dispatchEvent(new Event("session-ended"));
    else problem.textContent = describe(error);
  }

  /** @param {() => Promise<unknown>} act */
  async function attempt(act) {
    problem.textContent = "";
    await act().catch(failed);
  }

  /**
   * Open a form in a thread; `send` gets the text.
   * @param {HTMLElement} slot
   * @param {HTMLElement} element
   * @param {string} key
   * @param {string} label
   * @param {string} text
   * @param {string} button
   * @param {(text: string) => Promise<unknown>} send
   * @param {string} said
   */
  function write(slot, element, key, label, text, button, send, said) {
    const close = () => {
      slot.replaceChildren();
      /** @type {HTMLElement | null} */ (element.querySelector(`[data-key="${key}"]`))?.focus();
    };
    const form = textForm({ label, text, button, cancel: close, send: async (value) => {
      await send(value);
      slot.replaceChildren();
      items.forEach((item) => item.element === element && (item.json = ""));
      await done(said, element, key);
    } });
    slot.replaceChildren(form);
    form.querySelector("textarea")?.focus();
  }

  /**
   * @param {Schemas["CommentReport"] | Schemas["ReplyReport"]} one
   * @param {HTMLElement} slot
   * @param {HTMLElement} element
   * @param {string} what
   */
  function ownActions(one, slot, element, what) {
    if (!one.is_mine) return [];
    const edit = (/** @type {string} */ text) => patch(`/comments/${one.id}`, { text, if_version: one.version });
    const drop = () => confirm(`Delete the ${what}?`, "replies" in one && one.replies.length ? "Its replies are deleted, too." : "It cannot be brought back here.", "Delete", async () => {
      await remove(`/comments/${one.id}?if_version=${one.version}`);
      return () => done(`The ${what} is deleted.`);
    });
    return [
      h("button", { type: "button", class: "small", "data-key": `edit-${one.id}`, onclick: () => write(slot, element, `edit-${one.id}`, `Edit the ${what}`, one.text, "Save", edit, "It is saved.") }, "Edit"),
      h("button", { type: "button", class: "small", "data-key": `delete-${one.id}`, onclick: drop }, "Delete"),
    ];
  }

  /** @param {Schemas["CommentReport"] | Schemas["ReplyReport"]} one */
  function said(one) {
    const by = [dateTime(one.created_at), one.edited_at ? "edited" : ""].filter(Boolean).join(", ");
    return [
      h("p", { class: "who" }, h("strong", {}, one.author_name), " ", one.is_guest ? h("small", { class: "chip" }, one.is_mine ? "you" : "guest") : null, " ", h("small", {}, by)),
      "name" in one && one.name ? h("p", {}, h("strong", {}, one.name)) : null,
      one.text ? h("p", { class: "said" }, one.text) : null,
    ];
  }

  /** @param {Schemas["ReplyReport"]} one @param {HTMLElement} element */
  function reply(one, element) {
    const slot = h("div");
    return h("li", {}, said(one), one.is_mine ? h("div", { class: "actions" }, ownActions(one, slot, element, "reply")) : null, slot);
  }

  /** @param {Schemas["CommentReport"]} comment */
  function goTo(comment) {
    const time = timeOf(comment);
    if (time) shown.seek(time.start.seconds);
    shown.draw(comment.drawing ? `${API}/comments/${comment.id}/drawing.svg?version=${comment.version}` : null);
    for (const each of list.children) each.classList.toggle("chosen", each === items.get(comment.id)?.element);
    shown.element.scrollIntoView({ block: "nearest" });
  }

  /** @param {Schemas["CommentReport"]} comment @param {HTMLElement} element */
  function thread(comment, element) {
    const slot = h("div");
    const key = `reply-${comment.id}`;
    const text = [timeText(comment, shown), comment.drawing ? "drawing" : ""].filter(Boolean).join(" · ");
    const canGo = (shown.player && timeOf(comment)) || comment.drawing;
    const answer = (/** @type {string} */ value) => post(`/comments/${comment.id}/replies`, { text: value });
    const settle = async () => {
      await post(`/comments/${comment.id}/${/** @type {"reopen" | "resolve"} */ (comment.resolved_at ? "reopen" : "resolve")}`, { if_version: comment.version });
      await done(comment.resolved_at ? "The thread is open again." : "The thread is resolved.", element, `settle-${comment.id}`);
    };
    element.classList.toggle("resolved", Boolean(comment.resolved_at));
    return [
      h("div", { class: "actions" },
        canGo ? h("button", { type: "button", class: "time", "data-key": `time-${comment.id}`, onclick: () => goTo(comment) }, text) : h("span", { class: "time" }, text),
        comment.now?.text && timeOf(comment) ? h("small", {}, comment.now.text) : null,
        comment.resolved_at ? h("span", { class: "chip" }, "resolved") : null),
      ...said(comment),
      comment.replies.length ? h("ol", { class: "replies" }, comment.replies.map((one) => reply(one, element))) : null,
      h("div", { class: "actions" },
        h("button", { type: "button", class: "small", "data-key": key, onclick: () => write(slot, element, key, "Your reply", "", "Reply", answer, "The reply is added.") }, "Reply"),
        ownActions(comment, slot, element, "comment"),
        comment.is_mine ? h("button", { type: "button", class: "small", "data-key": `settle-${comment.id}`, onclick: () => attempt(settle) }, comment.resolved_at ? "Reopen" : "Resolve") : null),
      slot,
    ];
  }

  more.addEventListener("click", () => attempt(async () => {
    pages += 1;
    await refresh();
  }));
  document.addEventListener("look-again", () => refresh().catch((error) => asProblem(error).isEnd && failed(error)), { signal });
  await refresh();
  const writing = composer(sha1, shown, async (body) => {
    const added = await post(`/assets/${sha1}/comments`, body);
    await refresh();
    announce("The comment is added.");
    items.get(added.id)?.element.scrollIntoView({ block: "nearest" });
  });
  return h("section", { class: "talk", "aria-label": "Comments" }, writing, title, problem, list, more);
}

// The comments of an asset beside its picture, by time. A draft stays as it is while what others write appears. The page of
// guests shows the same.

import { announce, h, redraw } from "/page/dom.js";
import { newest } from "/page/follow.js";
import { confirm } from "/page/form.js";
import { plural } from "/page/format.js";
import { drawingLayer } from "./drawing.js";
import { marksTrack } from "./marks.js";
import { conflict, said } from "./said.js";
import { FILTERS, passes, whereIn } from "./threads.js";
import { composer, labelOf, spanText, textForm } from "./writing.js";

/** @typedef {import("dampipe-api").Schemas} Schemas */
/** @typedef {Schemas["CommentReport"]} Comment */
/** @typedef {Schemas["ReplyReport"]} Reply */
/** @typedef {import("/page/panels.js").Player} Player */

const PAGE = 500;
const COLORS = ["red", "orange", "yellow", "green", "cyan", "blue", "purple", "magenta", "pink", "white", "black"];

/**
 * Who looks at comments, and how. mayComment; mayDelete: also what others wrote. isGuest: resolves only their own threads. undo:
 * takes back the last edit with this summary; null: nothing can be taken back, so that a deletion is asked about. more: elements
 * above the list. chosen: the number of a comment to begin with.
 * @typedef {object} Settings
 * @property {import("./writing.js").Api} api
 * @property {AbortSignal} signal
 * @property {boolean} mayComment
 * @property {boolean} [mayDelete]
 * @property {boolean} [isGuest]
 * @property {((summary: string) => Promise<void>) | null} [undo]
 * @property {(Node | null)[]} [more]
 * @property {number | null} [chosen]
 */

/**
 * The comments of the asset that a player shows. `refresh` reads them again.
 * @param {Player} player
 * @param {Settings} settings
 */
export async function comments(player, { api, signal, mayComment, mayDelete = false, isGuest = false, undo = null, more = [], chosen = null }) {
  const { sha1 } = player.asset.video;
  const layer = drawingLayer(player.overlay, signal);
  const track = player.duration > 0 ? marksTrack(player, (comment) => goTo(comment)) : null;
  /** @type {Map<number, { element: HTMLElement, json: string }>} */
  const items = new Map(); // by number of the thread: its element, and the JSON that it was drawn from
  const list = h("ol", { class: "threads" });
  const title = h("h3", { tabIndex: -1 });
  const problem = h("p", { class: "problem", role: "alert" });
  const done = h("p", { class: "done", role: "status" });
  const nothing = h("p", { class: "hint", hidden: true }, "None of them is of this kind.");
  const further = h("button", { type: "button", class: "more", hidden: true, onclick: () => attempt(() => showMore()) }, "Show more comments");
  const kinds = FILTERS.filter(([key]) => !isGuest || !["guests", "team"].includes(key));
  const filter = h("select", { "aria-label": "Which comments are listed", onchange: () => draw() }, kinds.map(([value, label]) => h("option", { value }, label)));
  let pages = 1;
  /** @type {Comment[]} */
  let found = [];
  /** @type {number | null} */
  let selected = null;
  /** @type {Promise<string[]> | null} */
  let people = null;
  const names = isGuest ? null : () => (people ??= api.get(`/assets/${sha1}/mentionable`, {}, signal).then((all) => all.map((/** @type {{ name: string }} */ one) => one.name)));

  async function read() {
    /** @type {Comment[]} */
    const all = [];
    /** @type {Schemas["CommentPage"] | null} */
    let page = null;
    for (let number = 0; number < pages && (number === 0 || page?.next); number += 1) {
      page = /** @type {Schemas["CommentPage"]} */ (await api.get(`/assets/${sha1}/comments`, { limit: PAGE, ...(page ? { after: page.next } : {}) }, signal));
      all.push(...page.comments);
    }
    return { all, total: page?.total ?? 0, open: page?.open ?? 0, hasMore: Boolean(page?.next) };
  }

  const refresh = newest(read, ({ all, total, open, hasMore }) => {
    if (signal.aborted) return;
    found = all;
    title.textContent = total ? `${plural(total, "comment")}${open < total ? `, ${open} open` : ""}` : "No comments yet";
    further.hidden = !hasMore;
    draw();
  });

  async function showMore() {
    pages += 1;
    await refresh();
  }

  const where = (/** @type {Comment} */ comment) => whereIn(comment, sha1);

  /** Draw what was read, as far as it is listed. */
  function draw() {
    const kind = /** @type {import("./threads.js").Filter} */ (filter.value);
    const listed = found.filter((comment) => passes(kind, comment));
    filter.hidden = !found.length;
    nothing.hidden = !found.length || listed.length > 0;
    const numbers = new Set(listed.map(({ id }) => id));
    for (const [id, { element }] of items) {
      if (numbers.has(id) || isWriting(element)) continue;
      if (element.contains(document.activeElement)) title.focus();
      element.remove();
      items.delete(id);
    }
    listed.forEach((comment, place) => {
      const json = JSON.stringify(comment);
      const item = items.get(comment.id) ?? { element: h("li", { class: "thread" }), json: "" };
      items.set(comment.id, item);
      if (item.json !== json && !isWriting(item.element)) {
        item.element.dataset.comment = String(comment.id);
        redraw(item.element, thread(comment, item.element));
        item.json = json;
      }
      if (list.children[place] !== item.element) list.insertBefore(item.element, list.children[place] ?? null);
    });
    track?.draw(listed.map((comment) => [comment, where(comment)]));
    showDrawing();
  }

  const isWriting = (/** @type {HTMLElement} */ element) => element.querySelector("form") !== null;

  /**
   * Say what was done; the focus goes to the control with `key`, or to the title. summary: of the edit that can be taken back.
   * @param {string} text
   * @param {HTMLElement | null} [element]
   * @param {string} [key]
   * @param {string} [summary]
   */
  async function finish(text, element = null, key = "", summary = "") {
    await refresh().catch(failed);
    const back = undo && summary ? h("button", { type: "button", class: "small", onclick: () => attempt(async () => {
      await undo(summary);
      done.replaceChildren("It is as it was.");
      await refresh();
      title.focus({ preventScroll: true });
    }) }, "Undo") : null;
    done.replaceChildren(text, ...(back ? [" ", back] : []));
    (/** @type {HTMLElement | null | undefined} */ (element?.querySelector(`[data-key="${key}"]`)) ?? title).focus({ preventScroll: true });
  }

  /** @param {unknown} error */
  function failed(error) {
    if (signal.aborted) return;
    if (api.isEnd(error)) document.dispatchEvent(new Event("session-ended"));
    else problem.textContent = api.describe(error);
  }

  /** @param {() => Promise<unknown>} act */
  async function attempt(act) {
    problem.textContent = "";
    await act().catch(async (error) => {
      failed(error);
      await refresh().catch(() => {}); // it may have been changed by somebody else
    });
  }

  /**
   * Open a form in a thread.
   * @param {HTMLElement} slot
   * @param {HTMLElement} element
   * @param {string} key of the control that opens it
   * @param {Omit<import("./writing.js").TextForm, "api" | "cancel" | "names"> & { said: string, summary?: string }} settings
   */
  function write(slot, element, key, { said, summary, send, ...more }) {
    const close = () => {
      slot.replaceChildren();
      items.forEach((item) => item.element === element && (item.json = "")); // what came meanwhile is drawn
      draw();
      /** @type {HTMLElement | null} */ (element.querySelector(`[data-key="${key}"]`))?.focus();
    };
    const form = textForm({ ...more, api, names, cancel: close, send: async (value) => {
      await send(value);
      slot.replaceChildren();
      items.forEach((item) => item.element === element && (item.json = ""));
      await finish(said, element, key, summary);
    } });
    slot.replaceChildren(form);
    /** @type {HTMLElement | null} */ (form.querySelector("input:not([type=checkbox]), textarea"))?.focus();
  }

  /** Edit a comment, a marker or a reply. @param {Comment | Reply} one @param {HTMLElement} slot @param {HTMLElement} element @param {string} what */
  function edit(one, slot, element, what) {
    let { version } = one;
    const marker = "kind" in one && one.kind === "marker" ? one : null;
    const name = marker && h("input", { name: "name", value: marker.name, maxLength: 300 });
    const color = marker && h("select", { name: "color" }, COLORS.map((value) => h("option", { value, selected: value === marker.color }, value)));
    const team = isGuest ? null : h("input", { type: "checkbox", checked: one.audience === "team" });
    write(slot, element, `edit-${one.id}`, {
      label: `Edit the ${what}`, text: one.text, button: "Save", said: "It is saved.", summary: `edit comment ${one.id}`, isRequired: !marker && !("drawing" in one && one.drawing),
      between: [
        name && h("label", {}, h("span", {}, "Name"), name), color && h("label", {}, h("span", {}, "Colour"), color),
        team && h("label", { class: "option" }, team, h("span", {}, "Only for the team"))].filter(Boolean),
      refused: (error) => conflict(api, error, (newest) => {
        version = newest;
        slot.querySelector("form")?.requestSubmit();
      }),
      send: (text) => api.patch(`/comments/${one.id}`, {
        text, if_version: version, ...(name ? { name: name.value, color: color?.value } : {}), ...(team && team.checked !== (one.audience === "team") ? { audience: team.checked ? "team" : "everyone" } : {}) }),
    });
  }

  /**
   * @param {Comment | Reply} one
   * @param {HTMLElement} slot
   * @param {HTMLElement} element
   * @param {string} what
   */
  function ownActions(one, slot, element, what) {
    const drop = async () => {
      await api.remove(`/comments/${one.id}?if_version=${one.version}`);
      return () => finish(`The ${what} is deleted.`, null, "", `delete comment ${one.id}`);
    };
    const ask = () => confirm(`Delete the ${what}?`, "replies" in one && one.replies.length ? "Its replies are deleted, too." : "It cannot be brought back here.", "Delete", drop);
    const straight = () => attempt(async () => (await drop())());
    return [
      one.is_mine ? h("button", { type: "button", class: "small", "data-key": `edit-${one.id}`, onclick: () => edit(one, slot, element, what) }, "Edit") : null,
      one.is_mine || mayDelete ? h("button", { type: "button", class: "small", "data-key": `delete-${one.id}`, onclick: undo ? straight : ask }, "Delete") : null,
    ];
  }

  /** @param {Reply} one @param {HTMLElement} element */
  function reply(one, element) {
    const slot = h("div");
    const actions = ownActions(one, slot, element, "reply").filter(Boolean);
    return h("li", {}, said(one), mayComment && actions.length ? h("div", { class: "actions" }, actions) : null, slot);
  }

  /** Show the frame of a comment, and its drawing. @param {Comment} comment @param {boolean} [scrolls] */
  function goTo(comment, scrolls = true) {
    const { start, near } = where(comment);
    const time = start ?? near;
    player.pause();
    selected = comment.id;
    if (time !== null) player.seek(time);
    for (const each of list.children) each.classList.toggle("chosen", each === items.get(comment.id)?.element);
    showDrawing();
    if (scrolls) items.get(comment.id)?.element.scrollIntoView({ block: "nearest" });
  }

  /** Show the drawing of the comment that was chosen, or of another on the frame in view, unless one is being made. */
  function showDrawing() {
    if (writing?.isDrawing()) return;
    const now = player.frames ? player.frame() : null;
    const isHere = (/** @type {Comment} */ comment) => {
      const { start, isWhole } = where(comment);
      if (isWhole) return player.kind === "still" || comment.id === selected;
      return start !== null && player.frames !== null && player.frames.frame(start + 1e-4) === now;
    };
    const drawn = player.isPlaying() ? [] : found.filter((comment) => comment.drawing && isHere(comment));
    const one = drawn.find(({ id }) => id === selected) ?? (player.kind === "still" ? undefined : drawn[0]);
    layer.show(/** @type {import("./shapes.js").Shape[]} */ (one?.drawing?.shapes ?? []));
  }

  /** @param {Comment} comment @param {HTMLElement} element */
  function thread(comment, element) {
    const slot = h("div");
    const key = `reply-${comment.id}`;
    const what = comment.kind === "marker" ? "marker" : "comment";
    const { isWhole, start, end, near, text } = where(comment);
    const label = [start !== null ? spanText(player, start, end) : isWhole ? "All of it" : text, comment.drawing ? "drawing" : ""].filter(Boolean).join(" · ");
    const canGo = (start !== null && player.duration > 0) || near !== null || comment.drawing;
    const team = isGuest || comment.audience === "team" ? null : h("input", { type: "checkbox" });
    const answer = (/** @type {string} */ value) => api.post(`/comments/${comment.id}/replies`, { text: value, ...(team?.checked ? { audience: "team" } : {}) });
    const settle = async () => {
      await api.post(`/comments/${comment.id}/${comment.resolved_at ? "reopen" : "resolve"}`, { if_version: comment.version });
      await finish(comment.resolved_at ? "The thread is open again." : "The thread is resolved.", element, `settle-${comment.id}`);
    };
    element.classList.toggle("resolved", Boolean(comment.resolved_at));
    const mayResolve = mayComment && (!isGuest || comment.is_mine);
    return [
      h("div", { class: "actions head" },
        canGo ? h("button", { type: "button", class: "time", "data-key": `time-${comment.id}`, onclick: () => goTo(comment, false) }, label) : h("span", { class: "time" }, label),
        start !== null && text ? h("small", { class: "chip moved" }, text) : null,
        near !== null && start === null ? h("small", {}, `left at ${labelOf(player, near)}`) : null,
        comment.resolved_at ? h("span", { class: "chip", title: comment.resolved_by ? `by ${comment.resolved_by.replace(/^user:/, "")}` : null }, "resolved") : null),
      ...said(comment),
      comment.replies.length ? h("ol", { class: "replies" }, comment.replies.map((one) => reply(one, element))) : null,
      mayComment ? h("div", { class: "actions" },
        h("button", { type: "button", class: "small", "data-key": key, onclick: () => write(slot, element, key, {
          label: "Your reply", button: "Reply", send: answer, said: "The reply is added.", rows: 2, between: team ? [h("label", { class: "option" }, team, h("span", {}, "Only for the team"))] : [] }) }, "Reply"),
        ownActions(comment, slot, element, what),
        mayResolve ? h("button", { type: "button", class: "small", "data-key": `settle-${comment.id}`, onclick: () => attempt(settle) }, comment.resolved_at ? "Reopen" : "Resolve") : null) : null,
      slot,
    ];
  }

  const writing = mayComment ? composer(player, layer, { api, signal, isGuest, names, send: async (body) => {
    const added = await api.post(`/assets/${sha1}/comments`, body);
    selected = added.id;
    if (!passes(/** @type {import("./threads.js").Filter} */ (filter.value), added)) filter.value = "all";
    await refresh();
    announce("The comment is added.");
    items.get(added.id)?.element.scrollIntoView({ block: "nearest" });
  } }) : null;

  /** Set a marker at the frame in view, at once: its name can be changed in the list. */
  async function mark() {
    const range = player.range();
    const number = found.filter(({ kind }) => kind === "marker").length + 1;
    const name = `Marker ${number}`;
    await api.post(`/assets/${sha1}/comments`, { kind: "marker", name, start: player.exact(range?.start ?? player.time()), ...(range ? { end: player.exact(range.end) } : {}) });
    player.say(`${name} is set.`);
    await refresh();
  }

  /** Go to the comment after or before the frame in view. @param {1 | -1} by */
  function step(by) {
    const now = player.time();
    const timed = found.flatMap((comment) => {
      const { start } = where(comment);
      return start === null ? [] : [{ comment, start }];
    });
    const next = by > 0 ? timed.find(({ start }) => start > now + 1e-3) : timed.findLast(({ start }) => start < now - 1e-3);
    if (next) goTo(next.comment);
    return Boolean(next);
  }

  if (mayComment) {
    player.events.addEventListener("marker", (event) => {
      event.preventDefault();
      attempt(mark);
    }, { signal });
  }
  for (const name of ["time", "play", "pause"]) player.events.addEventListener(name, showDrawing, { signal });
  await refresh();
  const element = h("section", { class: "talk", "aria-label": "Comments" }, writing?.element ?? null,
    h("div", { class: "bar" }, title, filter, ...more), problem, done, list, nothing, further);
  const first = found.find(({ id, replies }) => id === chosen || replies.some((one) => one.id === chosen));
  if (first) {
    goTo(first, false);
    requestAnimationFrame(() => items.get(first.id)?.element.scrollIntoView({ block: "nearest" }));
  }
  return { element, refresh, step, write: () => writing?.begin(), draw: () => writing?.draw() };
}

// What guests write: a comment at the frame in view or on a span, and short forms for replies and edits.

import { h } from "../dom.js";
import { describe, Problem } from "./api.js";

const MOST = 10_000; // characters
/** @type {Map<string, string>} */
const drafts = new Map(); // by SHA-1: a text that was not sent, kept while the link is opened again

/**
 * @typedef {object} TextForm
 * @property {string} label
 * @property {string} [text]
 * @property {string} button
 * @property {(text: string) => Promise<unknown>} send
 * @property {(() => void) | null} [cancel]
 * @property {Node[]} [between]
 * @property {number} [rows]
 */

/**
 * A form with one text. `send` gets it; where that fails, the form stays and says why. cancel: null for a form that stays.
 * @param {TextForm} settings
 */
export function textForm({ label, text = "", button, send, cancel = null, between = [], rows = 3 }) {
  const area = h("textarea", { name: "text", rows, maxLength: MOST, required: true, value: text });
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = h("button", { class: "primary" }, button);
  const form = h("form", { class: "stack" }, h("label", {}, h("span", {}, label), area), ...between, problem,
    h("div", { class: "actions" }, submit, cancel ? h("button", { type: "button", onclick: cancel }, "Cancel") : null));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    problem.textContent = "";
    try {
      await send(area.value);
    } catch (error) {
      if (error instanceof Problem && error.isEnd) document.dispatchEvent(new Event("session-ended"));
      problem.textContent = describe(error);
    }
    submit.disabled = false;
    if (form.isConnected && document.activeElement === document.body) area.focus(); // a disabled button loses the focus
  });
  return form;
}

/**
 * The time that a comment is about, which the guest sets: the frame in view, a span, or none.
 * @param {import("./screen.js").Shown} shown
 * @param {HTMLVideoElement} player
 */
function timeOfComment({ frames, label }, player) {
  /** @type {[number | null, number | null]} */
  let [start, end] = [null, null]; // seconds within the first and the last frame of a span, or null
  const line = h("p", { class: "hint when" });
  const isWhole = h("input", { type: "checkbox", onchange: () => show() });
  const clear = h("button", { type: "button", onclick: () => set(null, null) }, "Clear");
  const now = () => player.currentTime;

  function show() {
    const from = start ?? now();
    line.textContent = isWhole.checked ? "About all of it."
      : end === null ? `At ${label(from)}${start === null ? ", the frame in view" : ""}.` : `From ${label(from)} to ${label(end)}.`;
    clear.hidden = start === null;
  }

  /** @param {number | null} first @param {number | null} last */
  function set(first, last) {
    if (first !== null) isWhole.checked = false;
    [start, end] = first !== null && last !== null && last < first ? [last, first] : [first, last];
    show();
  }

  const text = (/** @type {number} */ seconds) => (frames ? frames.middle(frames.frame(seconds)) : seconds).toFixed(6);
  const after = (/** @type {number} */ seconds) => (frames ? frames.begin(frames.frame(seconds) + 1) : Math.max(seconds, (start ?? 0) + 0.001).toFixed(6));
  for (const name of ["timeupdate", "seeking"]) player.addEventListener(name, show);
  show();
  return {
    elements: [line, h("div", { class: "actions" },
      h("button", { type: "button", onclick: () => set(now(), null) }, "Set in"),
      h("button", { type: "button", onclick: () => set(start ?? 0, now()) }, "Set out"),
      clear,
      h("label", { class: "option" }, isWhole, h("span", {}, "About all of it")))],
    hold: () => start === null && !isWhole.checked && set(now(), null),
    reset: () => set(null, null),
    body: () => (isWhole.checked ? {} : { start: text(start ?? now()), ...(end === null ? {} : { end: after(end) }) }),
  };
}

/**
 * The form for a new comment; `send` gets the body of the request.
 * @param {string} sha1
 * @param {import("./screen.js").Shown} shown
 * @param {(body: object) => Promise<unknown>} send
 */
export function composer(sha1, shown, send) {
  const time = shown.player ? timeOfComment(shown, shown.player) : null;
  const form = textForm({ label: "Your comment", text: drafts.get(sha1) ?? "", button: "Comment", between: time?.elements ?? [], send: async (/** @type {string} */ text) => {
    await send({ text, ...(time?.body() ?? {}) });
    drafts.delete(sha1);
    area.value = "";
    time?.reset();
  } });
  const area = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
  area.addEventListener("input", () => {
    if (!drafts.get(sha1) && area.value) {
      shown.player?.pause(); // what is said is about the frame at which it was begun
      time?.hold();
    }
    if (area.value) drafts.set(sha1, area.value);
    else drafts.delete(sha1);
  });
  return form;
}

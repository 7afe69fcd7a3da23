// What guests write: a comment at the frame in view or on a span, and short forms for replies and edits.

import { h } from "../dom.js";
import { describe } from "./api.js";

const MOST = 10_000; // characters
const drafts = new Map(); // by SHA-1: a text that was not sent, kept while the link is opened again

/** A form with one text. `send` gets it; where that fails, the form stays and says why. cancel: null for a form that stays. */
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
      if (error.isEnd) document.dispatchEvent(new Event("session-ended"));
      problem.textContent = describe(error);
    }
    submit.disabled = false;
    if (form.isConnected && document.activeElement === document.body) area.focus(); // a disabled button loses the focus
  });
  return form;
}

/** The time that a comment is about, which the guest sets: the frame in view, a span, or none. */
function timeOfComment({ player, frames, label }) {
  let [start, end] = [null, null]; // seconds within the first and the last frame of a span, or null
  const line = h("p", { class: "hint when" });
  const isWhole = h("input", { type: "checkbox", onchange: () => show() });
  const clear = h("button", { type: "button", onclick: () => set(null, null) }, "Clear");
  const now = () => player.currentTime;

  function show() {
    const from = start ?? now();
    line.textContent = isWhole.checked ? "About all of it."
      : end === null ? `At ${label(from)}${start === null ? ", the frame in view" : ""}.` : `From ${label(start)} to ${label(end)}.`;
    clear.hidden = start === null;
  }

  function set(first, last) {
    if (first !== null) isWhole.checked = false;
    [start, end] = first !== null && last !== null && last < first ? [last, first] : [first, last];
    show();
  }

  const text = (seconds) => (frames ? frames.middle(frames.frame(seconds)) : seconds).toFixed(6);
  const after = (seconds) => (frames ? frames.begin(frames.frame(seconds) + 1) : Math.max(seconds, start + 0.001).toFixed(6));
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

/** The form for a new comment; `send` gets the body of the request. */
export function composer(sha1, shown, send) {
  const time = shown.player ? timeOfComment(shown) : null;
  const form = textForm({ label: "Your comment", text: drafts.get(sha1) ?? "", button: "Comment", between: time?.elements ?? [], send: async (text) => {
    await send({ text, ...(time?.body() ?? {}) });
    drafts.delete(sha1);
    area.value = "";
    time?.reset();
  } });
  const area = form.querySelector("textarea");
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

// What was done, said for a while at the bottom of the page, with a button that takes it back; and the key that does so.

import { describe, problemOf } from "./api.js";
import { confirm } from "./form.js";
import { h } from "./dom.js";
import { declareKeys } from "./keys.js";
import { newestEdit } from "./edits.js";

/** Milliseconds for which something is said; while the pointer or the focus is on it, it stays. */
const SHOWN = 12_000;
/** What is said at a time, at most. */
const MOST = 3;

/** @typedef {import("./panels.js").Done} Done */

/** What was done on this page and can be taken back, the last at the end. @type {Done[]} */
const done = [];
const region = h("div", { id: "toasts", role: "status", "aria-label": "What was done" });

const keys = declareKeys("Everywhere", { undo: { keys: ["Ctrl+z"], does: "Undo what you did last" } });

/** Have messages where they can be used: while a dialog is open, all beside it rests. */
function place() {
  const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
  const wanted = dialog ?? document.body;
  if (region.parentElement === wanted) return;
  wanted.append(region);
  dialog?.addEventListener("close", () => document.body.append(region), { once: true });
}

/**
 * Say something; returns a function that takes it away. button: label and what it does; the message goes then. stays: until it is taken away.
 * @param {string} text
 * @param {{ button?: [string, () => unknown] | null, isProblem?: boolean, stays?: boolean, more?: Node | null }} [settings]
 */
export function toast(text, { button = null, isProblem = false, stays = false, more = null } = {}) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const take = () => {
    clearTimeout(timer);
    made.remove();
  };
  const wait = () => {
    clearTimeout(timer);
    if (!stays) timer = setTimeout(() => (made.matches(":hover, :focus-within") ? wait() : take()), SHOWN);
  };
  const made = h("div", { class: `toast${isProblem ? " failed" : ""}` }, h("p", {}, text), more,
    button ? h("button", { type: "button", onclick: () => (take(), button[1]()) }, button[0]) : null,
    stays ? null : h("button", { type: "button", class: "plain close", "aria-label": "Close this message", onclick: take }, "×"));
  place();
  region.append(made);
  const old = [...region.children].filter((one) => !one.querySelector("progress"));
  for (const one of old.slice(0, -MOST)) one.remove();
  wait();
  return take;
}

/** Say what was done, with a button that takes it back. @param {Done} result */
export function sayDone(result) {
  if (result.undo) done.push(result);
  toast(result.done, { button: result.undo ? ["Undo", () => takeBack(result)] : null });
  document.dispatchEvent(new Event("assets-edited"));
}

/** @param {Done} result */
async function takeBack(result) {
  const at = done.indexOf(result);
  if (at < 0 || !result.undo) return;
  done.splice(at, 1);
  const end = toast("Undoing …", { stays: true, more: h("progress", {}) });
  try {
    const said = await result.undo();
    end();
    toast(said);
  } catch (problem) {
    end();
    // After an outage it may be tried again; what was undone elsewhere may not.
    if (problemOf(problem).isOutage) done.splice(at, 0, result);
    toast(`It was not undone: ${describe(problem)}`, { isProblem: true });
  }
  document.dispatchEvent(new Event("assets-edited"));
}

/** Take back what was done last on this page; else ask whether to undo the last edit of the one who uses it. */
async function undoLast() {
  const last = done.at(-1);
  if (last) return takeBack(last);
  try {
    const edit = await newestEdit();
    if (!edit) return void toast("There is nothing to undo.");
    confirm("Undo the last edit?", `${edit.summary}, ${edit.when}.`, "Undo", async () => {
      const said = await edit.undo();
      return () => {
        toast(said);
        document.dispatchEvent(new Event("assets-edited"));
      };
    });
  } catch (problem) {
    toast(describe(problem), { isProblem: true });
  }
  return undefined;
}

/** Show messages from now on, and take the key. */
export function startToasts() {
  place();
  document.addEventListener("page-message", ({ detail }) => toast(detail));
  keys({ undo: () => void undoLast() });
}

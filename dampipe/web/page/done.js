// The line at the bottom that says what was done, with a button that takes it back.

import { describe } from "./api.js";
import { h } from "./dom.js";

const SHOWN = 12_000;
/** @type {HTMLElement | null} */
let line = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

function hide() {
  line?.remove();
  line = null;
}

/**
 * Say what was done. undo: takes it back, and resolves with a sentence that says so. The line stays while it has the focus or the pointer.
 * @param {import("./panels.js").Done} done
 */
export function showDone({ done, undo }) {
  hide();
  clearTimeout(timer);
  const text = h("span", {}, done);
  const button = undo ? h("button", { type: "button", onclick: async () => {
    button?.setAttribute("disabled", "");
    try {
      showDone({ done: await undo() });
    } catch (problem) {
      showDone({ done: describe(problem) });
    }
  } }, "Undo") : null;
  const made = h("div", { class: "done-line", role: "status" }, text, button);
  line = made;
  document.body.append(made);
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => (made.matches(":hover, :focus-within") ? later() : made === line && hide()), SHOWN);
  };
  later();
}

/** Do something and say that it was done, or why not. @param {() => Promise<import("./panels.js").Done | null | void>} act */
export async function doAndSay(act) {
  try {
    const done = await act();
    if (done) showDone(done);
  } catch (problem) {
    showDone({ done: describe(problem) });
  }
}

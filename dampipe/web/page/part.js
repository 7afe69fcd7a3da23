// One part of a view: a heading with a button, what was done last, and a table that is drawn again when it has changed.

import { describe } from "./api.js";
import { h, redraw } from "./dom.js";
import { newest } from "./follow.js";

/** Do something, and show the sentence that it returns, or why it failed. @typedef {(call: () => string | Promise<string>) => Promise<void>} Act */

/**
 * Make a part. `read` returns what is shown, and `draw` makes elements of it, given also `act`: it does something, shows what
 * that returns or why it failed, and reads again. Returns the element and `refresh`.
 * @template T
 * @param {string} title
 * @param {(act: Act) => (import("./dom.js").Child)[]} buttons
 * @param {() => Promise<T>} read
 * @param {(found: T, act: Act) => import("./dom.js").Child | import("./dom.js").Child[]} draw
 */
export function part(title, buttons, read, draw) {
  const message = h("p", { role: "status" });
  const live = h("div");
  let shown = "";
  const refresh = newest(read, (found) => {
    const json = JSON.stringify(found);
    if (json === shown) return; // drawing again would lose a selection of text
    shown = json;
    redraw(live, draw(found, act));
  });

  /** @type {Act} */
  async function act(call) {
    message.textContent = "";
    try {
      message.textContent = await call();
    } catch (problem) {
      message.textContent = describe(problem);
    }
    await refresh().catch(() => {});
  }

  const element = h("section", { class: "part" }, h("div", { class: "bar" }, h("h2", {}, title), ...buttons(act)), message, live);
  return { element, refresh };
}

/**
 * A table that is a list of entries on a phone. rows: cells by heading; one without a heading holds the buttons.
 * @param {string[]} headings
 * @param {import("./dom.js").Child[][]} rows
 */
export function table(headings, rows) {
  const cell = (/** @type {import("./dom.js").Child} */ content, /** @type {number} */ index) => {
    const label = { "data-label": headings[index] };
    return index ? h("td", headings[index] ? label : { class: "actions" }, content) : h("th", { scope: "row", ...label }, content);
  };
  const head = h("tr", {}, headings.map((heading) => h("th", { scope: "col" }, heading || h("span", { class: "unseen" }, "what can be done"))));
  return h("table", { class: "stacked" }, h("thead", {}, head), h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map(cell)))));
}

/**
 * A button of a row; its name for screen readers says which row. key: the same for buttons that take turns.
 * @param {string} label
 * @param {string} of
 * @param {() => unknown} onclick
 * @param {{ style?: string | null, key?: string }} [settings]
 */
export const rowButton = (label, of, onclick, { style = null, key = label } = {}) =>
  h("button", { type: "button", class: style, "data-key": `${key}-${of}`, "aria-label": `${label.replace(" …", "")}: ${of}`, onclick }, label);

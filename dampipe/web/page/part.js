// One part of a view: a heading with a button, what was done last, and a table that is drawn again when it has changed.

import { describe } from "./api.js";
import { h, redraw } from "./dom.js";
import { newest } from "./follow.js";

/**
 * Make a part. `read` returns what is shown, and `draw` makes elements of it, given also `act`: it does something, shows what
 * that returns or why it failed, and reads again. Returns the element and `refresh`.
 */
export function part(title, buttons, read, draw) {
  const message = h("p", { role: "status" });
  const live = h("div");
  const latest = newest(read);
  let shown = "";
  let drawn = null; // promise of the newest reading

  /** Resolves once what was read last is drawn, also where a later reading has overtaken this one. */
  function refresh() {
    const mine = readAndDraw().then(() => (drawn === mine ? undefined : drawn));
    drawn = mine;
    return mine;
  }

  async function readAndDraw() {
    const found = await latest();
    const json = JSON.stringify(found);
    if (found === undefined || json === shown) return; // drawing again would lose a selection of text
    shown = json;
    redraw(live, draw(found, act));
  }

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

/** A table that is a list of entries on a phone. rows: cells by heading; one without a heading holds the buttons. */
export function table(headings, rows) {
  const cell = (content, index) => {
    const label = { "data-label": headings[index] };
    return index ? h("td", headings[index] ? label : { class: "actions" }, content) : h("th", { scope: "row", ...label }, content);
  };
  const head = h("tr", {}, headings.map((heading) => h("th", { scope: "col" }, heading || h("span", { class: "unseen" }, "what can be done"))));
  return h("table", { class: "stacked" }, h("thead", {}, head), h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map(cell)))));
}

/** A button of a row; its name for screen readers says which row. key: the same for buttons that take turns. */
export const rowButton = (label, of, onclick, { style = null, key = label } = {}) =>
  h("button", { type: "button", class: style, "data-key": `${key}-${of}`, "aria-label": `${label.replace(" …", "")}: ${of}`, onclick }, label);

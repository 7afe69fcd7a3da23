// Completion of `@name` in a text.

import { announce, h } from "/page/dom.js";
import { completions, mentionAt } from "./threads.js";

let count = 0;

/**
 * Offer names while `@` is followed by a part of one; returns the list, which stands below the text.
 * @param {HTMLTextAreaElement} area
 * @param {() => Promise<string[]>} names
 */
export function withMentions(area, names) {
  const id = `mentions-${(count += 1)}`;
  const list = h("ul", { id, class: "mentions", role: "listbox", "aria-label": "People to mention", hidden: true });
  /** @type {string[]} */
  let offered = [];
  let at = 0;
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", id);

  function close() {
    offered = [];
    list.hidden = true;
    area.removeAttribute("aria-activedescendant");
  }

  function draw() {
    list.replaceChildren(...offered.map((name, number) => h("li", {
      id: `${id}-${number}`, role: "option", "aria-selected": String(number === at),
      onpointerdown: (/** @type {Event} */ event) => {
        event.preventDefault(); // the text keeps the focus
        take(name);
      },
    }, `@${name}`)));
    list.hidden = !offered.length;
    if (offered.length) area.setAttribute("aria-activedescendant", `${id}-${at}`);
  }

  /** @param {string} name */
  function take(name) {
    const found = mentionAt(area.value, area.selectionStart);
    close();
    if (!found) return;
    area.setRangeText(`@${name} `, found.at, area.selectionStart, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async function offer() {
    const found = mentionAt(area.value, area.selectionStart);
    if (!found) return close();
    const known = await names().catch(() => []);
    const now = mentionAt(area.value, area.selectionStart);
    if (!now) return close();
    offered = completions(known, now.name);
    if (!offered.length || (offered.length === 1 && offered[0] === now.name)) return close();
    at = 0;
    draw();
    return announce(`${offered.length} people: ${offered.join(", ")}`);
  }

  area.addEventListener("input", offer);
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const steps = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 });
    if (event.key in steps) at = (at + steps[event.key] + offered.length) % offered.length;
    else if (event.key === "Enter" || event.key === "Tab") return void (event.preventDefault(), event.stopPropagation(), take(offered[at]));
    else if (event.key === "Escape") return void (event.preventDefault(), event.stopPropagation(), close());
    else return;
    event.preventDefault();
    draw();
  });
  return list;
}

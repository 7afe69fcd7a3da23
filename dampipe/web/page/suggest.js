// Suggestions below an input, a combobox or a search box, used by keyboard, pointer and screen readers.

import { h } from "./dom.js";

/**
 * One suggestion. detail: what stands beside it, a count or an explanation; forget: takes it out of the list (Delete).
 * @typedef {{ text: string, detail?: string, choose: () => void, forget?: () => void }} Suggestion
 */

let count = 0;

/**
 * Suggest below an input, which stands in an element that is positioned. `suggest` is asked when the input gets the focus, changes, or its
 * caret moves; an answer that is late is dropped. Enter chooses what the arrow keys have reached, Tab the first one where
 * `tabChooses`; Escape closes the list.
 * @param {HTMLInputElement} input
 * @param {string} label of the list
 * @param {(signal: AbortSignal) => Suggestion[] | Promise<Suggestion[]>} suggest
 * @param {{ tabChooses?: boolean }} [settings]
 */
export function suggestions(input, label, suggest, { tabChooses = false } = {}) {
  const id = `suggestions-${(count += 1)}`;
  const list = h("ul", { id, class: "suggestions", role: "listbox", "aria-label": label, hidden: true });
  let asking = new AbortController();
  /** @type {Suggestion[]} */
  let shown = [];
  let active = -1;
  const isCombobox = input.type !== "search"; // a search box stays one: its list is an aid, and has no state of its own
  if (isCombobox) input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", id);
  if (isCombobox) input.setAttribute("aria-expanded", "false");
  input.after(list);

  function close() {
    asking.abort();
    shown = [];
    draw();
  }

  /** @param {Suggestion} one */
  function choose(one) {
    close();
    one.choose();
  }

  /** @param {number} to */
  function activate(to) {
    active = to;
    [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === active)));
    const item = list.children[active];
    if (item) {
      input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function draw() {
    list.replaceChildren(...shown.map((one, number) => h("li", {
      id: `${id}-${number}`, role: "option", "aria-selected": "false",
      onpointerdown: (/** @type {PointerEvent} */ event) => event.preventDefault(), // the focus stays in the input
      onclick: () => choose(one),
    }, h("span", {}, one.text), one.detail ? h("small", {}, one.detail) : null)));
    list.hidden = !shown.length;
    if (isCombobox) input.setAttribute("aria-expanded", String(!list.hidden));
    activate(-1);
  }

  async function ask() {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const found = await Promise.resolve(suggest(signal)).catch(() => []);
    if (signal.aborted || document.activeElement !== input) return;
    shown = found;
    draw();
  }

  input.addEventListener("focus", ask);
  input.addEventListener("click", () => list.hidden && ask());
  input.addEventListener("input", ask);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) return void ask();
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      activate(active < 0 && step < 0 ? shown.length - 1 : ((active + step + 1 + shown.length + 1) % (shown.length + 1)) - 1);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if ((event.key === "Enter" && active >= 0) || (event.key === "Tab" && tabChooses && !event.shiftKey && !list.hidden && shown.length)) {
      event.preventDefault();
      choose(shown[Math.max(active, 0)]);
    } else if (event.key === "Delete" && active >= 0 && shown[active].forget) {
      event.preventDefault();
      shown[active].forget?.();
      ask();
    } else if (event.key === "Enter") close();
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight" || event.key === "Home" || event.key === "End") setTimeout(() => !list.hidden && ask());
  });
  return { ask, close };
}

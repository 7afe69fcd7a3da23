// Menus: what can be done with one thing, beside it. The pattern "Menu" of the ARIA Authoring Practices.

import { h, placeOf } from "./dom.js";

/**
 * @typedef {object} MenuItem
 * @property {string} label
 * @property {() => unknown} act
 * @property {boolean} [isDangerous]
 * @property {string} [keys] what does the same, to be shown: "F2"
 */

/** @type {HTMLElement | null} */
let open = null;

/**
 * Open a menu at an element, or where the pointer is. It closes when something is chosen, by Esc, Tab, and when the focus goes elsewhere.
 * @param {Element} anchor
 * @param {string} label
 * @param {readonly (MenuItem | null | false)[]} items
 * @param {{ x: number, y: number } | null} [at]
 */
export function openMenu(anchor, label, items, at = null) {
  open?.remove();
  const opener = /** @type {HTMLElement} */ (document.activeElement ?? document.body);
  const find = placeOf(opener);
  const box = anchor.getBoundingClientRect();
  const back = () => (opener.isConnected ? opener : find(document))?.focus();
  const close = (isBack = true) => {
    if (!element.isConnected) return;
    element.remove();
    open = null;
    if (isBack) back();
  };
  const buttons = items.flatMap((item) => (item ? [h("button", {
    type: "button", role: "menuitem", tabIndex: -1, class: item.isDangerous ? "danger" : null,
    onclick: () => {
      close();
      item.act();
    },
  }, h("span", {}, item.label), item.keys ? h("kbd", { "aria-hidden": "true" }, item.keys) : null)] : []));
  const element = h("div", { class: "menu-popup", role: "menu", "aria-label": label }, buttons);
  element.addEventListener("keydown", (event) => {
    const index = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const letter = event.key.length === 1 ? buttons.findIndex((button, other) => other > index && button.textContent?.toLowerCase().startsWith(event.key.toLowerCase())) : -1;
    /** @type {Record<string, number>} */
    const to = { ArrowDown: (index + 1) % buttons.length, ArrowUp: (index - 1 + buttons.length) % buttons.length, Home: 0, End: buttons.length - 1 };
    if (event.key in to) buttons[to[event.key]].focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else if (letter >= 0) buttons[letter].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  element.addEventListener("focusout", (event) => {
    if (!element.contains(/** @type {Node | null} */ (event.relatedTarget))) setTimeout(() => !element.contains(document.activeElement) && close(false));
  });
  (anchor.closest("dialog, main, aside") ?? document.body).append(element);
  open = element;
  const [width, height] = [element.offsetWidth, element.offsetHeight];
  const [left, top] = at ? [at.x, at.y] : [box.right - width, box.bottom + 4];
  element.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  element.style.top = `${Math.max(8, top + height > innerHeight - 8 ? (at ? top - height : box.top - height - 4) : top)}px`;
  buttons[0]?.focus();
}

/**
 * The button that opens a menu. items: made when it is pressed.
 * @param {string} label
 * @param {() => readonly (MenuItem | null | false)[]} items
 * @param {import("./dom.js").Properties} [properties]
 * @param {string} [text]
 */
export function menuButton(label, items, properties = {}, text = "⋯") {
  const open = (/** @type {MouseEvent} */ { currentTarget }) => openMenu(/** @type {Element} */ (currentTarget), label, items());
  return h("button", { type: "button", class: "menu-button", "aria-haspopup": "menu", "aria-label": label, ...properties, onclick: open }, text);
}

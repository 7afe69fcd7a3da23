// Copying text to the clipboard, also on a page without HTTPS.

import { h } from "./dom.js";

/**
 * A button that copies the text of an element, which is selected where the browser refuses to copy.
 * @param {HTMLElement} element
 * @param {string} label
 * @param {string} [style]
 */
export function copyButton(element, label, style = "small") {
  const copy = async (/** @type {MouseEvent} */ event) => {
    /** @type {HTMLElement} */ (event.target).textContent = (await copyOf(element)) ? "Copied" : "Press Ctrl+C";
  };
  return h("button", { type: "button", class: style, onclick: copy }, label);
}

/** Whether the text was copied. A page without HTTPS has no clipboard, but may copy a selection. @param {HTMLElement} element */
async function copyOf(element) {
  if (navigator.clipboard) {
    const isCopied = await navigator.clipboard.writeText(element.textContent ?? "").then(() => true, () => false);
    if (isCopied) return true;
  }
  getSelection()?.selectAllChildren(element);
  return document.execCommand("copy");
}

/** Whether a text was copied that no element shows. @param {string} text */
export async function copyText(text) {
  const element = h("textarea", { readOnly: true, class: "unseen" }, text);
  document.body.append(element);
  const isCopied = await copyOf(element);
  element.remove();
  return isCopied;
}

// What is being dragged. The browser hides it from those it is held over until it is dropped; parts of the page see it here.

import { h } from "./dom.js";
import { plural } from "./format.js";
import { selection } from "./selection.js";

/**
 * Assets, or items of a collection (`items`, their numbers, which are also assets), or a collection by its number.
 * @typedef {{ kind: "assets", chosen: import("./selection.js").Chosen, items?: number[], collection?: number } | { kind: "collection", id: number }} Dragged
 */

/** @type {Dragged | null} */
let held = null;

/** What is being dragged now; null: nothing of the page. */
export const dragged = () => held;

/**
 * Begin to drag something. text: what stands beside the pointer.
 * @param {DragEvent} event
 * @param {Dragged} what
 * @param {string} text
 */
export function startDrag(event, what, text) {
  const { dataTransfer } = event;
  if (!dataTransfer) return;
  held = what;
  dataTransfer.effectAllowed = "copyMove";
  dataTransfer.setData("text/plain", text); // Firefox drags nothing without data
  const label = h("span", { class: "drag-label" }, text);
  document.body.append(label);
  dataTransfer.setDragImage(label, -12, -8);
  setTimeout(() => label.remove());
  document.body.classList.add("dragging");
  document.dispatchEvent(new CustomEvent("drag-changed"));
}

function endDrag() {
  if (!held) return;
  held = null;
  document.body.classList.remove("dragging");
  document.dispatchEvent(new CustomEvent("drag-changed"));
}

/** Take cards that are dragged from now on: the card alone, or, where it is chosen, everything that is. */
export function listenForDrags() {
  document.addEventListener("dragstart", (event) => {
    const card = event.target instanceof Element ? event.target.closest("main [data-sha1]") : null;
    if (!(card instanceof HTMLElement) || held) return;
    const sha1 = card.dataset.sha1 ?? "";
    const chosen = selection.count && selection.has(sha1) ? selection.chosen() : { body: { assets: [sha1] }, count: 1 };
    const { item, collection } = card.dataset;
    const items = item && chosen.count === 1 ? { items: [Number(item)], collection: Number(collection) } : {};
    startDrag(event, { kind: "assets", chosen, ...items }, plural(chosen.count, "asset"));
  });
  document.addEventListener("dragend", endDrag);
  document.addEventListener("pointerdown", endDrag, { capture: true }); // what is drawn anew while it is dragged does not tell its end
  document.addEventListener("drop", () => setTimeout(endDrag)); // after those that take it
}

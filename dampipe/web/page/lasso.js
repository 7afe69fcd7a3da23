// The lasso: a rectangle that the mouse draws from the background of a list; it chooses the cards that it touches. At the edges
// of the window the list scrolls on.

import { h } from "./dom.js";
import { boxOf, scrollAt, touches } from "./lasso-geometry.js";
import { selection } from "./selection.js";

/** Pixels that the mouse has to move before it is a lasso. */
const BEGIN = 5;
/** What is not the background of a list. */
const NOT_BACKGROUND = "a, button, input, select, textarea, label, summary, dialog, [contenteditable]";

/**
 * @typedef {object} Settings
 * @property {AbortSignal} signal
 * @property {() => HTMLElement[]} cards those that there are now
 * @property {(card: Element) => string} sha1Of
 * @property {(target: EventTarget | null) => HTMLElement | null} cardOf
 * @property {() => void} onBegin
 */

/** What scrolls an element: the nearest that has its own bar, or the page. @param {Element} element @returns {Element} */
function scrollerOf(element) {
  for (let one = /** @type {Element | null} */ (element); one; one = one.parentElement) {
    if (one !== document.body && one.scrollHeight > one.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(one).overflowY)) return one;
  }
  return document.scrollingElement ?? document.documentElement;
}

export class Lasso {
  #settings;
  #element;
  /** Where it began, in the window; it moves with the list as that scrolls. */
  #origin = { x: 0, y: 0 };
  #pointer = { x: 0, y: 0 };
  /** What it touches, of what was seen of the list. @type {Set<string>} */
  #touched = new Set();
  /** What was chosen before. @type {Set<string>} */
  #before = new Set();
  /** Heights at which cards stood in the frame before: the list has scrolled by the difference. @type {Map<string, number>} */
  #heights = new Map();
  /** @type {HTMLElement | null} */
  #drawn = null;
  #frame = 0;

  /** @param {HTMLElement} element @param {Settings} settings */
  constructor(element, settings) {
    this.#element = element;
    this.#settings = settings;
    const area = document.querySelector("main") ?? element; // the element may not be in the document yet
    area.addEventListener("pointerdown", (event) => this.#press(event, area), { signal: settings.signal });
    settings.signal.addEventListener("abort", () => this.#end());
  }

  /** @param {PointerEvent} event @param {HTMLElement} area */
  #press(event, area) {
    if (event.pointerType !== "mouse" || event.button !== 0 || !(event.target instanceof Element)) return;
    const isAdding = event.shiftKey || event.ctrlKey || event.metaKey;
    const card = this.#settings.cardOf(event.target);
    if (card ? !isAdding : event.target.closest(NOT_BACKGROUND)) return;
    if (event.target === area && event.offsetX > area.clientWidth) return; // its scroll bar
    this.#origin = { x: event.clientX, y: event.clientY };
    this.#pointer = { ...this.#origin };
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, this.#settings.signal]);
    window.addEventListener("pointermove", (moved) => {
      this.#pointer = { x: moved.clientX, y: moved.clientY };
      if (this.#drawn || Math.hypot(moved.clientX - event.clientX, moved.clientY - event.clientY) < BEGIN) return;
      this.#begin(isAdding);
    }, { signal });
    window.addEventListener("pointerup", () => {
      ended.abort();
      if (this.#drawn) {
        this.#step();
        this.#end();
        const clicked = new AbortController(); // the click that ends it opens nothing
        window.addEventListener("click", (click) => (click.preventDefault(), click.stopPropagation()), { capture: true, signal: clicked.signal });
        setTimeout(() => clicked.abort());
      } else if (!card && !isAdding) selection.clear();
    }, { signal });
    for (const name of ["pointercancel", "blur"]) window.addEventListener(name, () => (ended.abort(), this.#end()), { signal });
  }

  /** @param {boolean} isAdding */
  #begin(isAdding) {
    getSelection()?.removeAllRanges();
    this.#settings.onBegin();
    if (!isAdding) selection.clear();
    const body = selection.chosen().body;
    this.#before = new Set("assets" in body ? body.assets : []);
    this.#touched = new Set();
    this.#heights = new Map();
    this.#drawn = h("div", { class: "lasso", "aria-hidden": "true" });
    document.body.append(this.#drawn);
    document.body.classList.add("drawing-lasso");
    this.#step();
  }

  /** Scroll at the edges, and choose what is touched now. */
  #step() {
    cancelAnimationFrame(this.#frame);
    if (!this.#drawn) return;
    this.#follow();
    const box = boxOf(this.#origin, this.#pointer);
    Object.assign(this.#drawn.style, { left: `${box.left}px`, top: `${box.top}px`, width: `${box.right - box.left}px`, height: `${box.bottom - box.top}px` });
    const [added, removed] = [/** @type {string[]} */ ([]), /** @type {string[]} */ ([])];
    for (const card of this.#settings.cards()) {
      const sha1 = this.#settings.sha1Of(card);
      const isTouched = touches(card.getBoundingClientRect(), box);
      if (isTouched === this.#touched.has(sha1)) continue;
      if (isTouched) this.#touched.add(sha1);
      else this.#touched.delete(sha1);
      if (!this.#before.has(sha1)) (isTouched ? added : removed).push(sha1);
    }
    selection.put(added);
    selection.put(removed, false);
    const scroller = scrollerOf(this.#settings.cards()[0] ?? this.#element);
    const isPage = scroller === document.scrollingElement;
    const { top, bottom } = isPage ? { top: 0, bottom: window.innerHeight } : scroller.getBoundingClientRect();
    const by = scrollAt(this.#pointer.y, Math.max(0, top), Math.min(window.innerHeight, bottom));
    if (by) scroller.scrollBy({ top: by, behavior: "instant" });
    this.#frame = requestAnimationFrame(() => this.#step());
  }

  /** Move the beginning with the list, by as much as a card that was there before has moved. */
  #follow() {
    const heights = new Map();
    let by = 0;
    for (const card of this.#settings.cards()) {
      const { top } = card.getBoundingClientRect();
      const sha1 = this.#settings.sha1Of(card);
      const before = this.#heights.get(sha1);
      if (before !== undefined) by = top - before;
      heights.set(sha1, top);
    }
    this.#heights = heights;
    this.#origin.y += by;
  }

  #end() {
    cancelAnimationFrame(this.#frame);
    this.#drawn?.remove();
    this.#drawn = null;
    document.body.classList.remove("drawing-lasso");
  }
}

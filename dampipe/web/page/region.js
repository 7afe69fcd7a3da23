// Drawing a box on a picture: by pointer, or by the arrow keys.

import { h } from "./dom.js";
import { declareKeys } from "./keys.js";

/** A part of a picture, in fractions of its width and height. @typedef {{ left: number, top: number, width: number, height: number }} Box */

/** The least side of a box, in fractions. */
const LEAST = 0.02;
const STEP = 0.02;

const keys = declareKeys("A part of a picture", {
  left: { keys: ["ArrowLeft"], does: "Move the box to the left" },
  right: { keys: ["ArrowRight"], does: "Move the box to the right" },
  up: { keys: ["ArrowUp"], does: "Move the box up" },
  down: { keys: ["ArrowDown"], does: "Move the box down" },
  narrower: { keys: ["Shift+ArrowLeft"], does: "Make the box narrower" },
  wider: { keys: ["Shift+ArrowRight"], does: "Make the box wider" },
  lower: { keys: ["Shift+ArrowUp"], does: "Make the box lower" },
  higher: { keys: ["Shift+ArrowDown"], does: "Make the box higher" },
  search: { keys: ["Enter"], does: "Search by the box" },
  cancel: { keys: ["Escape"], does: "Draw no box" },
});

/** @param {number} value @param {number} least @param {number} most */
const within = (value, least, most) => Math.min(Math.max(value, least), most);

/** A box that lies in the picture. @param {Box} box @returns {Box} */
export function inside({ left, top, width, height }) {
  const [wide, high] = [within(width, LEAST, 1), within(height, LEAST, 1)];
  return { left: within(left, 0, 1 - wide), top: within(top, 0, 1 - high), width: wide, height: high };
}

/** The box between two points. @param {{ x: number, y: number }} one @param {{ x: number, y: number }} other */
export const between = (one, other) =>
  inside({ left: Math.min(one.x, other.x), top: Math.min(one.y, other.y), width: Math.abs(one.x - other.x), height: Math.abs(one.y - other.y) });

/** A box as the API takes it. @param {Box} box */
export const textOf = ({ left, top, width, height }) => {
  const [x, y] = [left, top].map((value) => Math.floor(value * 10_000) / 10_000);
  return [x, y, Math.min(width, 1 - x), Math.min(height, 1 - y)].map((value) => (Math.floor(value * 10_000) / 10_000).toString()).join(",");
};

/**
 * Let a person draw a box over a picture. `over` lies exactly over the picture. Resolves with the box, or null where it is left;
 * a box that is drawn may be moved and drawn again until it is confirmed.
 * @param {HTMLElement} over
 * @param {AbortSignal} signal
 * @returns {Promise<Box | null>}
 */
export function drawBox(over, signal) {
  return new Promise((resolve) => {
    const ended = new AbortController();
    const until = AbortSignal.any([signal, ended.signal]);
    let box = inside({ left: 0.25, top: 0.25, width: 0.5, height: 0.5 });
    const frame = h("div", { class: "region-box", tabIndex: 0, role: "group", "aria-label": "The part to search by. Arrow keys move it, with Shift they change its size; Enter searches." });
    const search = h("button", { type: "button", class: "primary", onclick: () => end(box) }, "Search this part");
    const cancel = h("button", { type: "button", onclick: () => end(null) }, "Cancel");
    const layer = h("div", { class: "region" }, frame, h("div", { class: "region-acts" }, search, cancel));

    /** @param {Box} next */
    function show(next) {
      box = inside(next);
      Object.assign(frame.style, { left: `${box.left * 100}%`, top: `${box.top * 100}%`, width: `${box.width * 100}%`, height: `${box.height * 100}%` });
    }

    /** @param {Box | null} result */
    function end(result) {
      if (ended.signal.aborted) return;
      ended.abort();
      layer.remove();
      resolve(result);
    }

    /** @param {PointerEvent} event */
    const pointOf = ({ clientX, clientY }) => {
      const { left, top, width, height } = layer.getBoundingClientRect();
      return { x: within((clientX - left) / width, 0, 1), y: within((clientY - top) / height, 0, 1) };
    };
    layer.addEventListener("pointerdown", (event) => {
      if (/** @type {Element} */ (event.target).closest("button")) return;
      event.preventDefault();
      event.stopPropagation();
      frame.focus();
      const [from, before, isMoved] = [pointOf(event), box, event.target === frame];
      layer.setPointerCapture(event.pointerId);
      const drag = new AbortController();
      layer.addEventListener("pointermove", (move) => {
        const to = pointOf(move);
        show(isMoved ? { ...before, left: before.left + to.x - from.x, top: before.top + to.y - from.y } : between(from, to));
      }, { signal: drag.signal });
      for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) layer.addEventListener(name, () => drag.abort(), { signal: drag.signal });
    }, { signal: until });
    layer.addEventListener("click", (event) => event.stopPropagation(), { signal: until });
    const by = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ wide = 0, /** @type {number} */ high = 0) => () =>
      show({ left: box.left + x, top: box.top + y, width: box.width + wide, height: box.height + high });
    keys({
      left: by(-STEP, 0), right: by(STEP, 0), up: by(0, -STEP), down: by(0, STEP),
      narrower: by(0, 0, -STEP), wider: by(0, 0, STEP), lower: by(0, 0, 0, -STEP), higher: by(0, 0, 0, STEP),
      search: () => end(box), cancel: () => end(null),
    }, { signal: until, within: layer });
    signal.addEventListener("abort", () => end(null));
    show(box);
    over.append(layer);
    frame.focus({ preventScroll: true });
  });
}

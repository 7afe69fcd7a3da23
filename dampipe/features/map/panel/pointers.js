// Moving a map by mouse, wheel, touch and pinch.

import { zoomed, worldOf } from "./projection.js";

/** @typedef {import("./projection.js").Camera} Camera */

/** Pixels that a pointer has to move until it moves the map: less is a click. */
const SLACK = 5;

/**
 * @param {HTMLElement} element
 * @param {AbortSignal} signal
 * @param {() => Camera} now
 * @param {(camera: Camera) => void} move
 */
export function moveByPointers(element, signal, now, move) {
  /** @type {Map<number, { x: number, y: number }>} */
  const pointers = new Map();
  let isMoving = false;
  let travelled = 0;

  const placeOf = (/** @type {MouseEvent} */ event) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  element.addEventListener("wheel", (event) => {
    event.preventDefault();
    const { x, y } = placeOf(event);
    const lines = event.deltaMode === 1 ? 16 : 1;
    move(zoomed(now(), Math.max(-1, Math.min(1, (-event.deltaY * lines) / (event.ctrlKey ? 80 : 300))), x, y));
  }, { signal, passive: false });

  element.addEventListener("pointerdown", (event) => {
    if (event.button || /** @type {Element} */ (event.target).closest("button")) return;
    pointers.set(event.pointerId, placeOf(event));
    if (pointers.size === 1) {
      isMoving = false;
      travelled = 0;
    }
  }, { signal });

  element.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const after = placeOf(event);
    travelled += Math.hypot(after.x - before.x, after.y - before.y);
    if (travelled < SLACK && pointers.size === 1) return;
    if (!isMoving) {
      isMoving = true;
      element.setPointerCapture(event.pointerId);
      element.classList.add("moving");
    }
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    pointers.set(event.pointerId, after);
    let camera = now();
    const [other] = others;
    if (other) {
      const [was, is] = [Math.hypot(before.x - other.x, before.y - other.y), Math.hypot(after.x - other.x, after.y - other.y)];
      if (was > 0 && is > 0) camera = zoomed(camera, Math.log2(is / was), (after.x + other.x) / 2, (after.y + other.y) / 2);
    }
    const share = 1 / (others.length + 1);
    const world = worldOf(camera);
    move({ ...camera, x: camera.x - ((after.x - before.x) * share) / world, y: camera.y - ((after.y - before.y) * share) / world });
  }, { signal });

  for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
    element.addEventListener(name, (event) => {
      pointers.delete(event.pointerId);
      if (!pointers.size) element.classList.remove("moving");
    }, { signal });
  }
  // A click that ends a movement opens nothing.
  element.addEventListener("click", (event) => {
    if (!isMoving) return;
    isMoving = false;
    event.preventDefault();
    event.stopPropagation();
  }, { signal, capture: true });
  element.addEventListener("dblclick", (event) => {
    if (/** @type {Element} */ (event.target).closest("a, button")) return;
    const { x, y } = placeOf(event);
    move(zoomed(now(), event.shiftKey ? -1 : 1, x, y));
  }, { signal });
}

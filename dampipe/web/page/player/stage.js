// The stage: the picture, fitted into its box, enlarged and moved, with an overlay that lies exactly over it.

import { h } from "../dom.js";

const MOST = 32; // times the size at which one pixel of the picture is one of the screen
const STEP = 1.25;
const SWIPE = 60; // CSS pixels

/**
 * Where the picture stands: `scale` 1 fits it into the box; (x, y) is the point of the picture, in fractions, in the middle of the box.
 * @typedef {{ scale: number, x: number, y: number }} View
 */

/**
 * The width and height of a picture that fits into a box.
 * @param {{ width: number, height: number }} picture
 * @param {{ width: number, height: number }} box
 */
export function fitted(picture, box) {
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  return { width: picture.width * scale, height: picture.height * scale };
}

/**
 * A view with what is seen kept within the picture: a side that is shorter than the box stands in its middle.
 * @param {View} view
 * @param {{ width: number, height: number }} fit
 * @param {{ width: number, height: number }} box
 * @returns {View}
 */
export function within({ scale, x, y }, fit, box) {
  const side = (/** @type {number} */ at, /** @type {number} */ length, /** @type {number} */ room) => {
    const half = room / 2 / (length * scale);
    return half >= 0.5 ? 0.5 : Math.min(Math.max(at, half), 1 - half);
  };
  return { scale, x: side(x, fit.width, box.width), y: side(y, fit.height, box.height) };
}

/**
 * A view at another scale, at which the point of the picture at a place of the box stays where it is.
 * @param {View} view
 * @param {number} scale
 * @param {{ x: number, y: number }} at of the box, in CSS pixels from its middle
 * @param {{ width: number, height: number }} fit
 * @returns {View}
 */
export function scaledAt(view, scale, at, fit) {
  const shift = 1 / view.scale - 1 / scale;
  return { scale, x: view.x + (at.x / fit.width) * shift, y: view.y + (at.y / fit.height) * shift };
}

/**
 * @typedef {object} Settings
 * @property {HTMLElement} picture
 * @property {{ width: number, height: number }} size of the original, in pixels
 * @property {boolean} wheels whether the wheel enlarges without Ctrl, and a double click, too
 * @property {EventTarget} events gets "box" after each change of size and place
 * @property {AbortSignal} signal
 * @property {() => void} [onTap]
 * @property {(by: -1 | 1) => void} [onSwipe]
 */

/** @param {Settings} settings */
export function makeStage({ picture, size, wheels, events, signal, onTap, onSwipe }) {
  const overlay = h("div", { class: "overlay" });
  const sheet = h("div", { class: "sheet" }, picture, overlay);
  const message = h("p", { class: "said", role: "status" });
  const element = h("div", { class: "stage" }, sheet, message);
  /** @type {View} */
  let view = { scale: 1, x: 0.5, y: 0.5 };
  let natural = size;
  let [box, fit] = [{ width: 1, height: 1 }, { width: 1, height: 1 }];

  /** The scale at which one pixel of the original is one of the screen. */
  const full = () => natural.width / (fit.width * devicePixelRatio);

  function place() {
    view = within(view, fit, box);
    const [width, height] = [fit.width * view.scale, fit.height * view.scale];
    Object.assign(sheet.style, {
      width: `${width}px`, height: `${height}px`, left: `${box.width / 2 - view.x * width}px`, top: `${box.height / 2 - view.y * height}px`,
    });
    sheet.classList.toggle("pixels", view.scale > 3 * full());
    element.classList.toggle("enlarged", view.scale > 1.001);
    events.dispatchEvent(new Event("box"));
  }

  function measure() {
    box = { width: element.clientWidth || 1, height: element.clientHeight || 1 };
    fit = fitted(natural, box);
    place();
  }

  /** @param {View} next */
  function show(next) {
    view = next;
    place();
  }

  const limit = (/** @type {number} */ scale) => Math.min(Math.max(scale, 1), Math.max(MOST * full(), 4));

  /** @param {number} scale @param {{ x: number, y: number }} [at] */
  const scaleTo = (scale, at = { x: 0, y: 0 }) => show(scaledAt(view, limit(scale), at, fit));

  /** @param {{ clientX: number, clientY: number }} event */
  function fromMiddle({ clientX, clientY }) {
    const { left, top } = element.getBoundingClientRect();
    return { x: clientX - left - box.width / 2, y: clientY - top - box.height / 2 };
  }

  const isFull = () => Math.abs(view.scale - limit(full())) < 0.01;
  const toggleFull = (/** @type {{ x: number, y: number }} */ at = { x: 0, y: 0 }) => scaleTo(view.scale > 1.01 ? 1 : limit(full()), at);

  element.addEventListener("wheel", (event) => {
    if (!wheels && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault(); // also of the browser's own zoom, which Ctrl and the wheel, and two fingers on a pad, mean
    scaleTo(view.scale * Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), fromMiddle(event));
  }, { passive: false });

  /** Pointers that are down. @type {Map<number, { x: number, y: number }>} */
  const down = new Map();
  let begun = { x: 0, y: 0, moved: false };

  /** @param {PointerEvent} event */
  const isTool = ({ target }) => target instanceof Element && target !== overlay && (overlay.contains(target) || target.closest("button, a, input") !== null);

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || isTool(event)) return;
    const at = fromMiddle(event);
    down.set(event.pointerId, at);
    begun = { ...at, moved: down.size > 1 };
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const at = fromMiddle(event);
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    down.set(event.pointerId, at);
    if (Math.hypot(at.x - begun.x, at.y - begun.y) > 4) begun.moved = true;
    if (other) {
      const distance = (/** @type {{ x: number, y: number }} */ one) => Math.hypot(one.x - other.x, one.y - other.y);
      scaleTo((view.scale * distance(at)) / Math.max(distance(before), 1), { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
    } else if (view.scale > 1.001) {
      show({ ...view, x: view.x - (at.x - before.x) / (fit.width * view.scale), y: view.y - (at.y - before.y) / (fit.height * view.scale) });
    }
  });
  element.addEventListener("pointerup", (event) => {
    if (!down.delete(event.pointerId) || down.size) return;
    const at = fromMiddle(event);
    const [dx, dy] = [at.x - begun.x, at.y - begun.y];
    if (!begun.moved) onTap?.();
    else if (event.pointerType === "touch" && view.scale <= 1.001 && Math.abs(dx) > SWIPE && Math.abs(dx) > 2 * Math.abs(dy)) onSwipe?.(dx < 0 ? 1 : -1);
  });
  element.addEventListener("pointercancel", (event) => down.delete(event.pointerId));
  if (wheels) element.addEventListener("dblclick", (event) => !isTool(/** @type {PointerEvent} */ (event)) && toggleFull(fromMiddle(event)));

  const observer = new ResizeObserver(measure);
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect());

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let hiding;
  return {
    element, overlay, sheet,
    /** The size of the original, once it is known better. @param {{ width: number, height: number }} found */
    setSize(found) {
      if (!found.width || !found.height) return;
      natural = found;
      measure();
    },
    enlarge: () => scaleTo(view.scale * STEP),
    reduce: () => scaleTo(view.scale / STEP),
    fit: () => scaleTo(1),
    full: () => scaleTo(isFull() ? 1 : full()),
    /** Move what is seen by a part of the box; false where it fits. @param {number} x @param {number} y */
    pan(x, y) {
      if (view.scale <= 1.001) return false;
      show({ ...view, x: view.x + (x * box.width) / (fit.width * view.scale), y: view.y + (y * box.height) / (fit.height * view.scale) });
      return true;
    },
    /** How large the picture is drawn: 1 is one pixel of the original for one of the screen. */
    get zoom() {
      return view.scale / full();
    },
    get isEnlarged() {
      return view.scale > 1.001;
    },
    /** @param {string} text */
    say(text) {
      message.textContent = text;
      clearTimeout(hiding);
      hiding = setTimeout(() => (message.textContent = ""), 2500);
    },
  };
}

/** @typedef {ReturnType<typeof makeStage>} Stage */

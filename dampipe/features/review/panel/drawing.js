// Drawings over the picture: one is shown, or one is made, with a pointer of any kind.

import { announce, h } from "/page/dom.js";
import { COLORS, MOST_SHAPES, Sketch, TOOLS, WIDTHS, shapeOf, svgOf } from "./shapes.js";

/** @typedef {import("./shapes.js").Shape} Shape */
/** @typedef {import("./shapes.js").Point} Point */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element of SVG.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...Element} children
 */
function svg(tag, attributes, ...children) {
  const made = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** @param {string} path */
const icon = (path) => svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: path }));

/**
 * What lies over the picture and shows shapes.
 * @typedef {object} Layer
 * @property {SVGElement} element
 * @property {() => [number, number]} size of the picture in CSS pixels
 * @property {(shapes: readonly Shape[], preview?: Shape | null) => void} show
 */

/**
 * Lay a drawing over an element that covers the picture exactly.
 * @param {HTMLElement} overlay
 * @param {AbortSignal} signal
 * @returns {Layer}
 */
export function drawingLayer(overlay, signal) {
  const element = svg("svg", { class: "drawing", role: "img", "aria-label": "The drawing of the comment", hidden: "" });
  /** @type {readonly Shape[]} */
  let shown = [];
  /** @type {Shape | null} */
  let upcoming = null;
  const size = () => /** @type {[number, number]} */ ([overlay.clientWidth || 1, overlay.clientHeight || 1]);

  function draw() {
    const [width, height] = size();
    const all = upcoming ? [...shown, upcoming] : shown;
    element.setAttribute("viewBox", `0 0 ${width} ${height}`);
    element.toggleAttribute("hidden", !all.length && !element.classList.contains("drawn"));
    element.replaceChildren(...all.map((one) => svg(...svgOf(one, width, height))));
  }

  const observer = new ResizeObserver(draw);
  observer.observe(overlay);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    element.remove();
  });
  overlay.append(element);
  return {
    element,
    size,
    show(shapes, preview = null) {
      [shown, upcoming] = [shapes, preview];
      draw();
    },
  };
}

/**
 * The tools by which a person draws on a layer. `element` is the row of tools; `begin` and `end` say whether the pointer draws;
 * `changed` is called after each change of the drawing.
 * @param {Layer} layer
 * @param {AbortSignal} signal
 * @param {() => void} changed
 */
export function drawingTools(layer, signal, changed) {
  const sketch = new Sketch();
  /** @type {import("./shapes.js").Tool} */
  let tool = "pen";
  let [color] = COLORS[0];
  let [width] = WIDTHS[1];
  /** @type {{ pointer: number, points: Point[] } | null} */
  let stroke = null;

  const preview = () => {
    const [across, down] = layer.size();
    return stroke && shapeOf(tool, stroke.points, color, width, across / down);
  };
  const draw = () => layer.show(sketch.shapes, preview());

  /** @param {PointerEvent} event @returns {Point} */
  function pointOf({ clientX, clientY }) {
    const box = layer.element.getBoundingClientRect();
    return [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
  }

  layer.element.addEventListener("pointerdown", (event) => {
    if (event.button || stroke || !layer.element.classList.contains("drawn")) return;
    event.preventDefault();
    layer.element.setPointerCapture(event.pointerId);
    stroke = { pointer: event.pointerId, points: [pointOf(event)] };
    draw();
  });
  layer.element.addEventListener("pointermove", (event) => {
    if (stroke?.pointer !== event.pointerId) return;
    const all = event.getCoalescedEvents?.() ?? [];
    stroke.points.push(...(all.length ? all : [event]).map(pointOf));
    draw();
  });
  layer.element.addEventListener("pointerup", (event) => {
    if (stroke?.pointer !== event.pointerId) return;
    const made = preview();
    stroke = null;
    if (made && !sketch.add(made)) announce(`A drawing has up to ${MOST_SHAPES} shapes.`);
    update();
  });
  layer.element.addEventListener("pointercancel", () => {
    stroke = null;
    draw();
  });

  /** @param {string} label @param {Node} content @param {() => unknown} onclick @param {Record<string, unknown>} [more] */
  const button = (label, content, onclick, more = {}) =>
    h("button", { type: "button", class: "pen-tool", "aria-label": label, title: label, onclick, ...more }, content);

  /**
   * Buttons of which one is pressed.
   * @template T
   * @param {string} name
   * @param {readonly (readonly [T, string, Node])[]} items
   * @param {() => T} now
   * @param {(value: T) => void} choose
   */
  function choices(name, items, now, choose) {
    const buttons = items.map(([value, label, content]) => button(label, content, () => {
      choose(value);
      mark();
    }));
    const mark = () => items.forEach(([value], at) => buttons[at].setAttribute("aria-pressed", String(value === now())));
    mark();
    return h("div", { role: "group", "aria-label": name }, buttons);
  }

  const swatch = (/** @type {string} */ fill) => {
    const made = h("span", { class: "swatch" });
    made.style.background = fill; // by the object model: a style attribute would be against the policy
    return made;
  };
  const rule = (/** @type {number} */ thick) => {
    const made = h("span", { class: "rule" });
    made.style.height = `${Math.round(thick * 500) + 1}px`;
    return made;
  };
  const undo = button("Undo the last stroke", icon("M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6"), () => act(() => sketch.undo()));
  const redo = button("Draw it again", icon("m15 7 5 5-5 5M20 12H10a6 6 0 0 0-6 6"), () => act(() => sketch.redo()));
  const clear = button("Take the whole drawing away", icon("M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13"), () => act(() => sketch.clear()));
  const element = h("div", { class: "sketching", role: "toolbar", "aria-label": "Drawing", hidden: true },
    choices("Tool", TOOLS.map(([key, label, path]) => [key, label, icon(path)]), () => tool, (value) => (tool = value)),
    choices("Colour", COLORS.map(([value, label]) => [value, label, swatch(value)]), () => color, (value) => (color = value)),
    choices("Width of lines", WIDTHS.map(([value, label]) => [value, `${label} line`, rule(value)]), () => width, (value) => (width = value)),
    h("div", { role: "group", "aria-label": "Changes" }, undo, redo, clear));

  /** @param {() => void} change */
  function act(change) {
    change();
    update();
  }

  function update() {
    // Not disabled, which would lose the focus.
    undo.setAttribute("aria-disabled", String(!sketch.mayUndo));
    redo.setAttribute("aria-disabled", String(!sketch.mayRedo));
    clear.setAttribute("aria-disabled", String(sketch.isEmpty));
    draw();
    changed();
  }

  /** @param {boolean} isOn */
  function set(isOn) {
    element.hidden = !isOn;
    stroke = null;
    layer.element.classList.toggle("drawn", isOn);
    update();
  }

  signal.addEventListener("abort", () => (stroke = null));
  return {
    element,
    sketch,
    begin: () => set(true),
    end() {
      sketch.reset();
      set(false);
    },
    isOn: () => !element.hidden,
  };
}

// Drawings as values: shapes in fractions of the upright picture, as the API takes them. No element is made here, so that it is
// tested without a browser. What is drawn of a shape is the same as in `drawing.py`.

/** @typedef {[number, number]} Point */
/** @typedef {{ shape: "path" | "arrow" | "rect" | "ellipse", points: Point[], color: string, width: number }} Shape */
/** @typedef {"pen" | "line" | "arrow" | "box" | "ellipse"} Tool */

/** Colours with their names. @type {readonly (readonly [string, string])[]} */
export const COLORS = [["#ff3b30", "Red"], ["#ffcc00", "Yellow"], ["#34c759", "Green"], ["#007aff", "Blue"], ["#ffffff", "White"], ["#000000", "Black"]];
/** Widths of lines, as fractions of the picture's height, with their names. @type {readonly (readonly [number, string])[]} */
export const WIDTHS = [[0.003, "Thin"], [0.006, "Medium"], [0.014, "Thick"]];
/** The tools with their names and their pictures, paths of 24 × 24 units. @type {readonly (readonly [Tool, string, string])[]} */
export const TOOLS = [
  ["pen", "Pen", "M4 20c4-1 3-6 7-7s4 4 6 1 1-7 3-9"],
  ["line", "Line", "M5 19 19 5"],
  ["arrow", "Arrow", "M5 19 19 5M10 5h9v9"],
  ["box", "Box", "M4 6h16v12H4z"],
  ["ellipse", "Ellipse", "M12 5.5c4.7 0 8.5 2.9 8.5 6.5s-3.8 6.5-8.5 6.5S3.5 15.6 3.5 12 7.3 5.5 12 5.5z"],
];

export const MOST_SHAPES = 200;
export const MOST_POINTS = 10_000;
/** Points of one path. */
export const MOST_OF_PATH = 2_000;
/** By how much a line drawn by hand may differ from what is kept of it, in heights of the picture: half a pixel of 1080. */
const TOLERANCE = 0.0005;

/** A fraction with five places: a tenth of a pixel of a picture of 8K. @param {number} value */
const fraction = (value) => Math.round(Math.min(1, Math.max(0, value)) * 1e5) / 1e5;
/** @param {Point} point @returns {Point} */
const within = ([x, y]) => [fraction(x), fraction(y)];

/**
 * The squared distance of a point from a line between two others. aspect: the width of the picture by its height.
 * @param {Point} point @param {Point} from @param {Point} to @param {number} aspect
 */
function distance([x, y], [x1, y1], [x2, y2], aspect) {
  const [across, down] = [(x2 - x1) * aspect, y2 - y1];
  const [right, below] = [(x - x1) * aspect, y - y1];
  const length = across * across + down * down;
  const at = length ? Math.min(1, Math.max(0, (right * across + below * down) / length)) : 0;
  return (right - at * across) ** 2 + (below - at * down) ** 2;
}

/**
 * The points of a line without those that one does not see (Douglas and Peucker), and no more than a path may have.
 * @param {readonly Point[]} points
 * @param {number} aspect
 * @returns {Point[]}
 */
export function simplified(points, aspect) {
  for (let tolerance = TOLERANCE; ; tolerance *= 2) {
    const kept = new Set([0, points.length - 1]);
    const parts = [[0, points.length - 1]];
    while (parts.length) {
      const [first, last] = /** @type {number[]} */ (parts.pop());
      let [furthest, most] = [-1, tolerance * tolerance];
      for (let number = first + 1; number < last; number += 1) {
        const far = distance(points[number], points[first], points[last], aspect);
        if (far > most) [furthest, most] = [number, far];
      }
      if (furthest < 0) continue;
      kept.add(furthest);
      parts.push([first, furthest], [furthest, last]);
    }
    if (kept.size <= MOST_OF_PATH) return points.filter((_, number) => kept.has(number));
  }
}

/**
 * What was drawn with a tool through these points; null where it is too small to be meant.
 * @param {Tool} tool
 * @param {readonly Point[]} drawn
 * @param {string} color
 * @param {number} width
 * @param {number} aspect
 * @returns {Shape | null}
 */
export function shapeOf(tool, drawn, color, width, aspect) {
  const points = drawn.map(within);
  const pen = { color, width };
  if (tool === "pen") return { shape: "path", points: simplified(points, aspect), ...pen };
  const [first, last] = [points[0], points[points.length - 1]];
  const [across, down] = [Math.abs(last[0] - first[0]) * aspect, Math.abs(last[1] - first[1])];
  if (Math.hypot(across, down) < 0.005) return null; // a click
  const shape = /** @type {const} */ ({ line: "path", arrow: "arrow", box: "rect", ellipse: "ellipse" })[tool];
  return { shape, points: [first, last], ...pen };
}

/** @param {number} value */
const text = (value) => String(Math.round(value * 100) / 100);
/** @param {readonly Point[]} points */
const path = (points) => `M${points.map(([x, y]) => `${text(x)} ${text(y)}`).join(" L")}`;

/**
 * The two strokes of an arrow's head, each at 30° to the shaft.
 * @param {Point} from @param {Point} to @param {number} line
 */
function head([x1, y1], [x2, y2], line) {
  const length = Math.max(Math.hypot(x2 - x1, y2 - y1), 1e-9);
  const size = Math.min(length, Math.max(6 * line, 10));
  const [dx, dy] = [((x1 - x2) / length) * size, ((y1 - y2) / length) * size];
  const tip = (/** @type {number} */ turn) => /** @type {Point} */ ([x2 + dx * 0.866 - dy * turn, y2 + dy * 0.866 + dx * turn]);
  return path([tip(0.5), [x2, y2], tip(-0.5)]);
}

/**
 * What a shape is in SVG over a picture of this size: the name of an element, and its attributes.
 * @param {Shape} shape
 * @param {number} width
 * @param {number} height
 * @returns {[string, Record<string, string>]}
 */
export function svgOf(shape, width, height) {
  const line = Math.max(1, shape.width * height);
  const pen = { stroke: shape.color, "stroke-width": text(line) };
  const points = shape.points.map(([x, y]) => /** @type {Point} */ ([x * width, y * height]));
  if (shape.shape === "path") return ["path", { d: path(points.length > 1 ? points : [points[0], points[0]]), ...pen }];
  const [[x1, y1], [x2, y2]] = points;
  if (shape.shape === "arrow") return ["path", { d: `${path(points)} ${head(points[0], points[1], line)}`, ...pen }];
  const [left, top, across, down] = [Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1)];
  if (shape.shape === "rect") return ["rect", { x: text(left), y: text(top), width: text(across), height: text(down), ...pen }];
  return ["ellipse", { cx: text(left + across / 2), cy: text(top + down / 2), rx: text(across / 2), ry: text(down / 2), ...pen }];
}

/** A drawing that is being made: what was drawn last is taken back first. */
export class Sketch {
  /** @type {readonly Shape[]} */
  shapes = [];
  /** @type {(readonly Shape[])[]} */
  #past = [];
  /** @type {(readonly Shape[])[]} */
  #future = [];

  get isEmpty() {
    return !this.shapes.length;
  }

  get mayUndo() {
    return this.#past.length > 0;
  }

  get mayRedo() {
    return this.#future.length > 0;
  }

  /** Add a shape; false: a drawing may not have more. @param {Shape} shape */
  add(shape) {
    const points = this.shapes.reduce((sum, one) => sum + one.points.length, shape.points.length);
    if (this.shapes.length >= MOST_SHAPES || points > MOST_POINTS) return false;
    this.#become([...this.shapes, shape]);
    return true;
  }

  undo() {
    this.#step(this.#past, this.#future);
  }

  redo() {
    this.#step(this.#future, this.#past);
  }

  /** Take all shapes away, which can be taken back. */
  clear() {
    if (!this.isEmpty) this.#become([]);
  }

  /** Begin anew. */
  reset() {
    [this.shapes, this.#past, this.#future] = [[], [], []];
  }

  /** As the API takes it; null: nothing was drawn. */
  get drawing() {
    return this.isEmpty ? null : { shapes: [...this.shapes] };
  }

  /** @param {readonly Shape[]} shapes */
  #become(shapes) {
    this.#past.push(this.shapes);
    this.#future = [];
    this.shapes = shapes;
  }

  /** @param {(readonly Shape[])[]} from @param {(readonly Shape[])[]} to */
  #step(from, to) {
    const shapes = from.pop();
    if (!shapes) return;
    to.push(this.shapes);
    this.shapes = shapes;
  }
}

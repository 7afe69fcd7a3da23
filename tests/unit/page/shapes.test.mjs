// Drawings as values: what is kept of a stroke, limits of the API, undo, and SVG as the server makes it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_OF_PATH, MOST_POINTS, MOST_SHAPES, Sketch, TOOLS, shapeOf, simplified, svgOf } from "../../../dampipe/features/review/panel/shapes.js";

const ASPECT = 16 / 9;
const RED = "#ff3b30";

test("a straight line keeps its ends, and a corner stays", () => {
  const straight = Array.from({ length: 100 }, (_, at) => [at / 100, 0.5]);
  assert.deepEqual(simplified(straight, ASPECT), [[0, 0.5], [0.99, 0.5]]);
  const bent = [...straight, [0.99, 0.9]];
  assert.deepEqual(simplified(bent, ASPECT), [[0, 0.5], [0.99, 0.5], [0.99, 0.9]]);
  assert.deepEqual(simplified([[0.5, 0.5]], ASPECT), [[0.5, 0.5]]);
});

test("what is left of a stroke is nowhere further from it than half a pixel of 1080", () => {
  const stroke = Array.from({ length: 3000 }, (_, at) => [at / 3000, 0.5 + 0.4 * Math.sin(at / 90)]);
  const kept = simplified(stroke, ASPECT);
  assert.ok(kept.length < 600, `${kept.length} points`);
  for (const [x, y] of stroke) {
    const next = Math.max(1, kept.findIndex(([other]) => other >= x));
    const [[x1, y1], [x2, y2]] = [kept[next - 1], kept[next]];
    const length = Math.hypot((x2 - x1) * ASPECT, y2 - y1);
    const far = Math.abs((x2 - x1) * ASPECT * (y1 - y) - (x1 - x) * ASPECT * (y2 - y1)) / length;
    assert.ok(far <= 0.00051, `${far} at ${x}`);
  }
});

test("a path has no more points than the API takes, however it was drawn", () => {
  const wild = Array.from({ length: 20_000 }, (_, at) => [(at % 97) / 97, (at % 89) / 89]);
  assert.ok(simplified(wild, ASPECT).length <= MOST_OF_PATH);
});

test("what was drawn outside the picture is at its edge", () => {
  assert.deepEqual(shapeOf("box", [[-0.2, 0.1], [1.7, 3]], RED, 0.006, ASPECT).points, [[0, 0.1], [1, 1]]);
});

test("each tool makes a shape of the API, and a click with a tool other than the pen makes none", () => {
  const shapes = { pen: "path", line: "path", arrow: "arrow", box: "rect", ellipse: "ellipse" };
  for (const [tool] of TOOLS) {
    const made = shapeOf(tool, [[0.1, 0.1], [0.4, 0.123456789], [0.5, 0.6]], RED, 0.006, ASPECT);
    assert.equal(made.shape, shapes[tool]);
    assert.ok(made.points.length >= 2);
    const click = shapeOf(tool, [[0.1, 0.1]], RED, 0.006, ASPECT);
    assert.equal(click === null, tool !== "pen", tool);
  }
  assert.deepEqual(shapeOf("line", [[0.1, 0.1], [0.9, 0.2], [0.123456789, 0.6]], RED, 0.006, ASPECT).points, [[0.1, 0.1], [0.12346, 0.6]]);
});

test("strokes are taken back in the order of drawing, and also that all were taken away", () => {
  const sketch = new Sketch();
  const shapes = [1, 2, 3].map((at) => shapeOf("line", [[0, 0], [at / 10, at / 10]], RED, 0.006, ASPECT));
  for (const shape of shapes) assert.ok(sketch.add(shape));
  sketch.clear();
  assert.equal(sketch.drawing, null);
  sketch.undo();
  assert.deepEqual(sketch.drawing, { shapes });
  sketch.undo();
  assert.deepEqual(sketch.shapes, shapes.slice(0, 2));
  sketch.redo();
  assert.deepEqual(sketch.shapes, shapes);
  sketch.undo();
  sketch.add(shapes[0]);
  assert.ok(!sketch.mayRedo);
  for (let times = 0; times < 9; times += 1) sketch.undo();
  assert.ok(sketch.isEmpty && !sketch.mayUndo);
  sketch.reset();
  assert.ok(!sketch.mayRedo);
});

test("a drawing has no more shapes and points than the API takes", () => {
  const line = shapeOf("line", [[0, 0], [1, 1]], RED, 0.006, ASPECT);
  const sketch = new Sketch();
  for (let times = 0; times < MOST_SHAPES; times += 1) assert.ok(sketch.add(line));
  assert.ok(!sketch.add(line));
  const long = { ...line, points: Array.from({ length: MOST_OF_PATH }, (_, at) => [at / MOST_OF_PATH, at % 2]) };
  const other = new Sketch();
  for (let times = 0; times < MOST_POINTS / MOST_OF_PATH; times += 1) assert.ok(other.add(long));
  assert.ok(!other.add(line));
});

test("shapes are drawn as the server draws them", () => {
  const pen = { color: RED, width: 0.01 };
  assert.deepEqual(svgOf({ shape: "rect", points: [[0.5, 0.6], [0.1, 0.2]], ...pen }, 200, 100),
    ["rect", { x: "20", y: "20", width: "80", height: "40", stroke: RED, "stroke-width": "1" }]);
  assert.deepEqual(svgOf({ shape: "ellipse", points: [[0.1, 0.2], [0.5, 0.6]], ...pen }, 200, 100),
    ["ellipse", { cx: "60", cy: "40", rx: "40", ry: "20", stroke: RED, "stroke-width": "1" }]);
  assert.deepEqual(svgOf({ shape: "path", points: [[0.5, 0.5]], ...pen }, 200, 100)[1].d, "M100 50 L100 50");
  assert.deepEqual(svgOf({ shape: "arrow", points: [[0, 0.5], [0.5, 0.5]], ...pen }, 200, 100)[1].d, "M0 50 L100 50 M91.34 45 L100 50 L91.34 55");
});

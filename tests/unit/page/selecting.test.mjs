import assert from "node:assert/strict";
import { test } from "node:test";

import { boxOf, scrollAt, touches } from "../../../dampipe/web/page/lasso-geometry.js";
import { merged } from "../../../dampipe/web/page/edits-order.js";
import { verticalStep } from "../../../dampipe/web/page/rows.js";

/** Boxes of rows with so many columns, 100 wide, 80 high. */
const rows = (...columns) => columns.flatMap((count, row) => Array.from({ length: count }, (_, column) => ({ top: row * 80, left: column * 100, width: 90 })));

test("up and down lead to the card above and below, across rows of different lengths", () => {
  const boxes = rows(4, 2, 4);
  assert.equal(verticalStep(boxes, 1, 1), 4); // 1 → 5
  assert.equal(verticalStep(boxes, 3, 1), 2); // the last of a short row: 3 → 5
  assert.equal(verticalStep(boxes, 5, 1), 2); // 5 → 7
  assert.equal(verticalStep(boxes, 5, -1), -4); // 5 → 1
  assert.equal(verticalStep(boxes, 9, -1), -4); // 9 → 5
});

test("where the row below is not drawn, it is taken to be as long as this one", () => {
  const boxes = rows(3, 3);
  assert.equal(verticalStep(boxes, 4, 1), 3);
  assert.equal(verticalStep(boxes, 1, -1), -3);
});

test("a lasso is the same from whichever corner it is drawn", () => {
  const box = { left: 10, top: 20, right: 40, bottom: 60 };
  for (const [one, other] of [[[10, 20], [40, 60]], [[40, 60], [10, 20]], [[10, 60], [40, 20]], [[40, 20], [10, 60]]]) {
    assert.deepEqual(boxOf({ x: one[0], y: one[1] }, { x: other[0], y: other[1] }), box);
  }
});

test("a lasso touches what it overlaps, also by a corner, and what lies within it", () => {
  const lasso = { left: 10, top: 10, right: 50, bottom: 50 };
  const at = (left, top, size = 20) => ({ left, top, right: left + size, bottom: top + size });
  assert.ok(touches(lasso, at(45, 45)));
  assert.ok(touches(lasso, at(20, 20)));
  assert.ok(touches(lasso, at(0, 0, 200)));
  assert.ok(!touches(lasso, at(51, 20)));
  assert.ok(!touches(lasso, at(20, 51)));
});

test("the list scrolls at both edges, the faster the nearer, and not between", () => {
  assert.equal(scrollAt(300, 0, 600), 0);
  assert.ok(scrollAt(590, 0, 600) > scrollAt(560, 0, 600));
  assert.ok(scrollAt(560, 0, 600) > 0);
  assert.equal(scrollAt(-500, 0, 600), scrollAt(0, 0, 600));
  assert.ok(scrollAt(10, 0, 600) < 0);
});

test("edits of several features are in the order of time, without gaps where a list was cut off", () => {
  const at = (minute) => ({ at: `2026-05-01T10:${String(minute).padStart(2, "0")}:00Z` });
  assert.deepEqual(merged([[at(9), at(3)], [at(5)]], 100).map((one) => one.at.slice(14, 16)), ["09", "05", "03"]);
  const long = [at(59), at(30)];
  assert.deepEqual(merged([long, [at(40), at(20)]], 2).map((one) => one.at.slice(14, 16)), ["59", "40", "30"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { GridLayout } from "../../../dampipe/web/page/grid-layout.js";
import { isLonger, measuresOf } from "../../../dampipe/web/page/grid-measures.js";

const few = () => new GridLayout([5, 1, 3], { columns: 3, row: 100, head: 40 });

test("a list is as high as its headings and rows", () => {
  const layout = few();
  assert.equal(layout.total, 9);
  assert.equal(layout.height, 3 * 40 + 4 * 100);
  assert.equal(new GridLayout([], { columns: 3, row: 100, head: 40 }).height, 0);
});

test("each position has a place, and each place a position", () => {
  const layout = few();
  assert.deepEqual([0, 2, 3, 4, 5, 6, 8].map((one) => layout.topOf(one)), [40, 40, 140, 140, 280, 420, 420]);
  assert.deepEqual([0, 139, 140, 239, 240, 279, 280, 400, 519, 9999].map((y) => layout.positionAt(y)), [0, 0, 3, 3, 5, 5, 5, 6, 6, 6]);
  assert.deepEqual([0, 4, 5, 6, 8].map((one) => layout.bucketOf(one)), [0, 0, 1, 2, 2]);
  assert.deepEqual([4, 5, 8].map((one) => layout.columnOf(one)), [1, 0, 2]);
});

test("lines between two heights are those that are seen of them", () => {
  const layout = few();
  assert.deepEqual(layout.lines(139, 281).map(({ y, first, count, isHead }) => [y, first, count, isHead]), [
    [40, 0, 3, false], [140, 3, 2, false], [240, 5, 1, true], [280, 5, 1, false],
  ]);
  assert.equal(layout.lines(-100, 9999).length, 7);
  assert.equal(new GridLayout([2], { columns: 2, row: 10, head: 0 }).lines(0, 10).length, 1);
});

test("up and down keep the column, over headings, to the ends of the list", () => {
  const layout = few();
  assert.equal(layout.vertical(1, 1), 4);
  assert.equal(layout.vertical(2, 1), 4); // the row ends before
  assert.equal(layout.vertical(4, 1), 5);
  assert.equal(layout.vertical(8, -1), 5);
  assert.equal(layout.vertical(8, -3), 2);
  assert.equal(layout.vertical(1, -1), 0);
  assert.equal(layout.vertical(7, 1), 8);
});

test("two millions of buckets and of rows are as right as a few", () => {
  const layout = new GridLayout(new Array(2_000_000).fill(1), { columns: 4, row: 213, head: 48 });
  assert.equal(layout.height, 2_000_000 * 261);
  for (const position of [0, 1, 999_999, 1_234_567, 1_999_999]) {
    assert.equal(layout.positionAt(layout.topOf(position)), position);
    assert.equal(layout.lines(layout.topOf(position), layout.topOf(position) + 1)[0].first, position);
  }
});

test("whether a list has a scrubber does not depend on whether it has one", () => {
  const scrubber = 44;
  const measures = (width) => measuresOf({ view: "grid", density: "medium" }, true, width);
  const margin = 12; // by which the scrubber stands beyond the view
  const grid = (isShown) => ({ isShown, querySelector: () => ({ offsetWidth: isShown ? scrubber : 0 }) });
  globalThis.getComputedStyle = ({ isShown }) => ({ marginRight: isShown ? `${-margin}px` : "0px" });
  const [counts, full] = [[6], 378];
  const heights = [full, full - scrubber + margin].map((width) => new GridLayout(counts, measures(width)).height);
  assert.ok(heights[0] > heights[1]); // beside the scrubber the list is lower
  for (const view of [heights[0] + 1, heights[0], Math.floor((heights[0] + heights[1]) / 2), heights[1], heights[1] - 1]) {
    const without = isLonger(grid(false), counts, full, view, measures);
    assert.equal(isLonger(grid(true), counts, full - scrubber + margin, view, measures), without);
    assert.equal(without, heights[0] > view);
  }
});

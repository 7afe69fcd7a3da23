import assert from "node:assert/strict";
import { test } from "node:test";
import { bars, isWithin } from "../../../dampipe/web/page/histogram.js";

const month = (value, assets = 1) => ({ value, assets });

test("months are bars in their order, with those that have nothing", () => {
  assert.deepEqual(bars([month("2024-03", 5), month("2023-12")]).map(({ value, label, assets }) => [value, label, assets]),
    [["2023-12", "December 2023", 1], ["2024-01", "January 2024", 0], ["2024-02", "February 2024", 0], ["2024-03", "March 2024", 5]]);
  assert.deepEqual(bars([]), []);
});

test("many months are years, and many years are more than one in a bar", () => {
  assert.deepEqual(bars([month("2010-01"), month("2010-12", 2), month("2024-06", 3)]).filter(({ assets }) => assets).map(({ value, assets }) => [value, assets]), [["2010", 3], ["2024", 3]]);
  const wide = bars([month("0001-01"), month("9999-12", 4), month("2024-06")]);
  assert.ok(wide.length <= 200);
  assert.equal(wide.reduce((sum, { assets }) => sum + assets, 0), 6);
});

test("a bar is within a span that is as precise as it was written", () => {
  assert.ok(isWithin("2024-05", "2024", "2024"));
  assert.ok(isWithin("2024-05", "2024-05", "2024-06-30"));
  assert.ok(!isWithin("2024-07", "2024-05", "2024-06-30"));
  assert.ok(isWithin("2024", "2024-05", undefined));
  assert.ok(!isWithin("2023", "2024-05", undefined));
  assert.ok(isWithin("2020/2029", "2024", "2025"));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { gridOf, timeTyped } from "../../../dampipe/web/page/player/frames.js";
import { fitted, scaledAt, within } from "../../../dampipe/web/page/player/stage.js";
import { mapped, rateFor } from "../../../dampipe/web/page/player/together.js";
import { columns, readPeaks } from "../../../dampipe/web/page/player/waveform.js";
import { counter } from "../../../dampipe/web/page/timecode.js";

const report = (more) => ({ start: 0, step: "1", steps: [], exact: true, shown: [], rate: null, timecode: null, ...more });
const constant = (rate, count, timecode = null) => {
  const [top, per = 1] = rate.split("/");
  return gridOf(report({ base: `${per}/${top}`, end: count, count, rate, timecode }));
};
const variable = gridOf(report({ base: "1/1000", start: 100, end: 400, count: 5, step: null, steps: [33, 100, 17, 50], rate: "30" }));

test("each frame is found at its begin, at its middle and just before its end", () => {
  for (const rate of ["24000/1001", "25", "30000/1001", "50", "60000/1001", "120"]) {
    const grid = constant(rate, 400_000);
    for (const first of [0, 107_800, 399_000]) {
      for (let frame = first; frame < first + 400; frame += 1) {
        const end = grid.begin(frame + 1);
        for (const time of [grid.begin(frame), grid.middle(frame), end - 0.3 * (end - grid.begin(frame))]) assert.equal(grid.frame(time), frame, `${rate} ${frame}`);
        assert.equal(grid.before(end), frame);
      }
    }
  }
});

test("frames of a rate that varies are those of their times", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5].map((frame) => Math.round(variable.begin(frame) * 1000)), [100, 133, 233, 250, 300, 400]);
  assert.deepEqual([0, 0.1, 0.132, 0.1325, 0.2, 0.24, 0.26, 0.39, 9].map(variable.frame), [0, 0, 1, 1, 1, 2, 3, 4, 4]);
  assert.equal(variable.text(3), "250@1/1000");
  assert.equal(variable.before(0.4), 4);
});

test("frames that the proxy leaves out are skipped, and what is asked for shows the one before", () => {
  const grid = gridOf(report({ base: "1/100", end: 100, count: 100, rate: "100", shown: [0, 2, 1, 2, 2, 1] })); // 0 2 3 5 7 8
  assert.deepEqual([0, 2, 3, 5, 7].map((frame) => grid.next(frame, 1)), [2, 3, 5, 7, 8]);
  assert.equal(grid.next(8, 1), 8);
  assert.equal(grid.next(8, -3), 3);
  assert.equal(grid.seen(4), 3);
  assert.ok(grid.middle(3) > 0.03 && grid.middle(3) < 0.05);
});

test("labels lead back to their frames, and those that are left out lead nowhere", () => {
  const grid = constant("30000/1001", 110_000, "00:00:59;20");
  for (let frame = 0; frame < 110_000; frame += 37) assert.equal(grid.find(grid.label(frame)), frame);
  assert.equal(grid.find("00:01:00;02"), 10);
  assert.equal(grid.find("00:01:00:02"), 10, "how it is written does not count");
  assert.equal(grid.find("00:01:00;00"), null);
  assert.equal(grid.find("00:00:59;19"), null, "before the first");
  assert.equal(constant("25", 100, "23:59:59:20").label(5), "00:00:00:00");
  assert.equal(constant("25", 100, "23:59:59:20").find("00:00:00:01"), 6);
  assert.equal(counter("01:00:00;00", 24), null);
});

test("what is typed is a time code, a number of frames, a frame or seconds", () => {
  const grid = constant("25", 250_000, "10:00:00:00");
  const frame = (text, now = 0) => {
    const time = timeTyped(text, grid, now);
    return time === null ? null : grid.frame(time);
  };
  assert.equal(frame("10:00:01:05"), 30);
  assert.equal(frame("105"), 30);
  assert.equal(frame("105", 60), 1530, "the digits before are those of the moment in view");
  assert.equal(frame("+10", 4), 110);
  assert.equal(frame("-10", 4), 90);
  assert.equal(frame("#77"), 77);
  assert.equal(frame("2.5"), 62);
  assert.equal(frame("1:02.5"), 1562);
  assert.equal(frame("nonsense"), null);
  assert.equal(frame("09:59:59:00"), null);
  assert.equal(timeTyped("1:30", null, 0), 90);
});

test("a picture fits into its box, and what is under the pointer stays there when it is enlarged", () => {
  const box = { width: 800, height: 400 };
  const fit = fitted({ width: 1600, height: 1600 }, box);
  assert.deepEqual(fit, { width: 400, height: 400 });
  const at = { x: 100, y: -50 };
  const under = (view) => [view.x + at.x / (fit.width * view.scale), view.y + at.y / (fit.height * view.scale)];
  const before = { scale: 3, x: 0.5, y: 0.4 };
  const after = scaledAt(before, 7, at, fit);
  under(before).forEach((value, side) => assert.ok(Math.abs(value - under(after)[side]) < 1e-12));
  assert.deepEqual(within({ scale: 1, x: 0.1, y: 0.9 }, fit, box), { scale: 1, x: 0.5, y: 0.5 });
  assert.deepEqual(within({ scale: 4, x: -3, y: 0.5 }, fit, box), { scale: 4, x: 0.25, y: 0.5 }, "its edge is not drawn into the box");
});

test("a waveform is read, and each column has the lowest and highest of its samples", () => {
  const values = Int8Array.from([-128, 127, -10, 20, 0, 0, -64, 64]);
  const file = new Uint8Array(24 + values.length);
  const head = new DataView(file.buffer);
  [2, 1, 8000, 400, 4, 1].forEach((value, at) => head.setInt32(4 * at, value, true));
  file.set(new Uint8Array(values.buffer), 24);
  const peaks = readPeaks(file.buffer);
  assert.equal(peaks.seconds, 0.05);
  assert.deepEqual(columns(peaks, 0, 0.2, 2), [[-1, 127 / 128], [-0.5, 0.5]]);
  assert.deepEqual(columns(peaks, 0.05, 0.1, 3), [[-10 / 128, 20 / 128], [-10 / 128, 20 / 128], [-10 / 128, 20 / 128]], "narrower than a sample");
  assert.deepEqual(columns(peaks, 0.2, 0.3, 1), [[0, 0]], "after its end there is none");
  assert.equal(readPeaks(new ArrayBuffer(10)), null);
  head.setInt32(0, 1, true);
  assert.equal(readPeaks(file.buffer), null, "of another version");
});

test("a moment is found in a version from which a part was cut", () => {
  const place = mapped([{ from: 0, to: 0 }, { from: 4, to: 4 }, { from: 5, to: null }, { from: 6, to: null }, { from: 7, to: 5 }, { from: 9, to: 7 }]);
  assert.deepEqual(place(2), { time: 2, isThere: true });
  assert.deepEqual(place(5.5), { time: 4, isThere: false });
  assert.deepEqual(place(8), { time: 6, isThere: true });
  assert.equal(place(20).time, 18);
});

test("a film that is behind goes faster, and one that is far off is set", () => {
  assert.equal(rateFor(0.01, 1), 1);
  assert.ok(rateFor(-0.1, 2) > 2 && rateFor(0.1, 2) < 2);
  assert.equal(rateFor(0.5, 1), null);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { framesOf } from "../../../dampipe/web/page/timecode.js";

const film = (rate, timecode = null, more = {}) => ({ kind: "video", video: { rate, variable_rate: false }, timecode, timecode_base: null, ...more });
const RATES = ["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60", "120", "12/5"];

test("the middle of a frame is within it, for each frame of an hour's ends", () => {
  for (const rate of RATES) {
    const frames = framesOf(film(rate));
    for (const first of [0, 1000, 100_000, 359_000]) {
      for (let frame = first; frame < first + 500; frame += 1) assert.equal(frames.frame(frames.middle(frame)), frame, `${rate} ${frame}`);
    }
  }
});

test("the begin of a frame, as it is read in decimals, belongs to the frame", () => {
  for (const rate of RATES) {
    const [count, per = 1] = rate.split("/").map(Number);
    const frames = framesOf(film(rate));
    for (let frame = 0; frame < 2000; frame += 7) assert.equal(frames.frame(Number(((frame * per) / count).toFixed(6))), frame, `${rate} ${frame}`);
    assert.equal(frames.begin(7), `7@${per}/${count}`);
  }
});

test("time code counts from that of the file, at nominal rates", () => {
  const frames = framesOf(film("24000/1001", "01:00:00:00"));
  assert.equal(frames.label(0), "01:00:00:00");
  assert.equal(frames.label(23), "01:00:00:23");
  assert.equal(frames.label(24), "01:00:01:00");
  assert.equal(frames.label(24 * 3600), "02:00:00:00");
  assert.equal(framesOf(film("25", "23:59:59:24")).label(1), "00:00:00:00");
});

test("drop-frame time code leaves out two numbers a minute, except every tenth", () => {
  const frames = framesOf(film("30000/1001", "00:00:00;00"));
  assert.equal(frames.label(1799), "00:00:59;29");
  assert.equal(frames.label(1800), "00:01:00;02");
  assert.equal(frames.label(17_981), "00:09:59;29");
  assert.equal(frames.label(17_982), "00:10:00;00");
  assert.equal(frames.label(107_892), "01:00:00;00");
  assert.equal(framesOf(film("30000/1001", "00:00:59;29")).label(1), "00:01:00;02");
  assert.equal(framesOf(film("60000/1001", "00:00:59;59")).label(1), "00:01:00;04");
});

test("every label of an hour of drop-frame time code is another one", () => {
  const frames = framesOf(film("30000/1001", "00:00:00;00"));
  const seen = new Set(Array.from({ length: 107_892 }, (_, frame) => frames.label(frame)));
  assert.equal(seen.size, 107_892);
  assert.ok(!seen.has("00:01:00;00") && !seen.has("00:01:00;01") && seen.has("00:10:00;01"));
});

test("there is no label where the time code is not counted like the frames", () => {
  assert.equal(framesOf(film("25")).label(3), null);
  assert.equal(framesOf(film("60000/1001", "01:00:00:00", { timecode_base: 30 })).label(3), null);
  assert.equal(framesOf(film("24000/1001", "01:00:00;00")).label(3), null, "there is no drop-frame time code at 24");
});

test("sound, stills and films of a rate that varies have no frames", () => {
  assert.equal(framesOf(null), null);
  assert.equal(framesOf({ ...film("25"), kind: "still" }), null);
  assert.equal(framesOf({ ...film("25"), kind: "audio", video: null }), null);
  assert.equal(framesOf({ ...film("25"), video: { rate: "25", variable_rate: true } }), null);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { actorName, bytes, facts, folder, length, name, plural, rate, recordingTime, timecode } from "../../../dampipe/web/page/format.js";

const all = (call, cases) => cases.forEach(([given, wanted]) => assert.equal(call(given), wanted, String(given)));

test("times have tenths of a second, which are never rounded up", () => all(timecode, [
  [0, "0:00.0"], [7.46, "0:07.4"], [59.99, "0:59.9"], [60, "1:00.0"], [723, "12:03.0"], [3600, "1:00:00.0"], [3661.25, "1:01:01.2"], [0.3, "0:00.3"], [36000, "10:00:00.0"],
]));

test("lengths are rounded to seconds", () => all(length, [[0.4, "0:00"], [0.5, "0:01"], [59.6, "1:00"], [75, "1:15"], [3599.7, "1:00:00"]]));

test("sizes have two or three digits", () => all(bytes, [[0, "0 bytes"], [999, "999 bytes"], [1000, "1.0 kB"], [12_345, "12 kB"], [4_700_000_000, "4.7 GB"], [5e15, "5000 TB"]]));

test("rates are rounded to hundredths", () => all(rate, [["30000/1001", "29.97"], ["25", "25"], ["24000/1001", "23.98"], ["60/1", "60"]]));

test("a recording time keeps the camera's clock, and its zone where there is one", () => all(recordingTime, [
  ["2024-05-17T10:11:12", "2024-05-17 10:11:12"], ["2024-05-17T10:11:12.500Z", "2024-05-17 10:11:12 UTC"], ["2024-05-17T10:11:12+02:00", "2024-05-17 10:11:12 +02:00"], ["2024", "2024"],
]));

test("actors are named for people", () => all(actorName, [["user:anna", "anna"], ["token:render", "the token render"], ["local", "a person at the server"], ["worker", "dampipe"], ["user:a:b", "a"], ["other", "other"]]));

test("a path has a folder and a name", () => {
  all(folder, [["/a/b.mp4", "/a"], ["/b.mp4", "/"], ["b.mp4", "/"]]);
  all(name, [["/a/b.mp4", "b.mp4"], ["b.mp4", "b.mp4"], ["/a/", ""]]);
});

test("one is not several", () => {
  assert.equal(plural(1, "file"), "1 file");
  assert.equal(plural(0, "file"), "0 files");
  assert.equal(plural(2, "delivery", "deliveries"), "2 deliveries");
});

test("an asset is described by what is known of it", () => {
  const video = { width: 1920, height: 1080, codec: "h264", rate: "30000/1001", average_rate: "28.03", variable_rate: true };
  assert.equal(facts({ size: 1000, media: null }), "Not processed");
  assert.equal(facts({ size: 2_000_000, media: { kind: "video", video, audio: [] } }), "1920×1080 · h264 · 29.97 fps, variable (28.03 on average) · 2.0 MB");
  assert.equal(facts({ size: 500, media: { kind: "still", video: { ...video, codec: "mjpeg" }, audio: [] } }), "1920×1080 · mjpeg · 500 bytes");
  assert.equal(facts({ size: 500, media: { kind: "audio", video: null, audio: [{ codec: "pcm_s16le" }] } }), "sound · pcm_s16le · 500 bytes");
  assert.equal(facts({ size: 500, media: { kind: "audio", video: null, audio: [] } }), "sound · 500 bytes");
});

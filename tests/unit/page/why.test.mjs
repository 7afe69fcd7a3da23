import assert from "node:assert/strict";
import { test } from "node:test";
import { keep, forget, recent } from "../../../dampipe/web/page/recent.js";
import { likeness, pieces } from "../../../dampipe/web/page/why.js";

test("a text is cut where words are marked, in characters and not in halves of them", () => {
  assert.deepEqual(pieces("🎬 red car", [[2, 5]]), [{ text: "🎬 ", isMarked: false }, { text: "red", isMarked: true }, { text: " car", isMarked: false }]);
  assert.deepEqual(pieces("red", [[0, 3]]), [{ text: "red", isMarked: true }]);
  assert.equal(pieces("abc", [[2, 9], [1, 2], [0, 2]]).map(({ text }) => text).join(""), "abc");
});

test("a score is said by how far it is above meaningless words", () => {
  const scale = { floor: 0.2, best: 0.4 };
  assert.equal(likeness(0.4, scale), "looks very much like it");
  assert.equal(likeness(0.3, scale), "looks like it");
  assert.equal(likeness(0.22, scale), "looks a little like it");
  assert.equal(likeness(0.19, scale), "no closer than meaningless words");
  assert.equal(likeness(0.99, { floor: null, best: 1 }), "nearly the same picture");
  assert.equal(likeness(null, scale), "");
});

test("the latest searches come first, each once, for each user", () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  for (const words of ["red", "blue", " Red ", ""]) keep("anna", words, storage);
  assert.deepEqual(recent("anna", storage), ["Red", "blue"]);
  assert.deepEqual(recent("ben", storage), []);
  forget("anna", "Red", storage);
  assert.deepEqual(recent("anna", storage), ["blue"]);
  for (let n = 0; n < 30; n += 1) keep("anna", `${n}`, storage);
  assert.equal(recent("anna", storage).length, 12);
  kept.set("dampipe-searches-anna", "{broken");
  assert.deepEqual(recent("anna", storage), []);
});

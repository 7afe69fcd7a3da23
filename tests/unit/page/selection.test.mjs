import assert from "node:assert/strict";
import { test } from "node:test";

import { Selection } from "../../../dampipe/web/page/selection.js";

const [a, b, c, d] = ["aa", "bb", "cc", "dd"];

test("assets are chosen one by one, and told to who watches", () => {
  const chosen = new Selection();
  let told = 0;
  chosen.watch(() => (told += 1));
  assert.equal(chosen.toggle(a), true);
  chosen.put([a, b]);
  assert.equal(chosen.toggle(a), false);
  assert.deepEqual(chosen.chosen(), { body: { assets: [b] }, count: 1 });
  assert.deepEqual([chosen.has(a), chosen.has(b), told], [false, true, 3]);
});

test("what changes nothing is told to nobody", () => {
  const chosen = new Selection();
  chosen.put([a, b]);
  chosen.watch(() => assert.fail("nothing has changed"));
  chosen.put([b]);
  chosen.put([c], false);
  chosen.replace([b, a]);
});

test("everything that matches is filters and exceptions, however many they are", () => {
  const chosen = new Selection();
  chosen.put([a]);
  chosen.everything({ camera: ["X100"] }, 12345);
  assert.deepEqual([chosen.count, chosen.has(a), chosen.has(d), chosen.isEverything], [12345, true, true, true]);
  chosen.toggle(b);
  chosen.put([b, c], false);
  assert.deepEqual(chosen.chosen(), { body: { filters: { camera: ["X100"] }, without: [b, c] }, count: 12343 });
  assert.deepEqual([chosen.has(b), chosen.has(a)], [false, true]);
  chosen.put([b]);
  assert.deepEqual(chosen.chosen().count, 12344);
});

test("without filters, everything is the library", () => {
  const chosen = new Selection();
  chosen.everything({}, 3);
  assert.deepEqual(chosen.chosen().body, { all: true, without: [] });
});

test("everything of which nothing is left is nothing", () => {
  const chosen = new Selection();
  chosen.everything({ tag: ["x"] }, 2);
  chosen.put([a, b], false);
  assert.deepEqual([chosen.count, chosen.isEverything, chosen.has(c)], [0, false, false]);
  chosen.everything({ tag: ["x"] }, 0);
  assert.equal(chosen.isEverything, false);
});

test("another choice takes the place of everything", () => {
  const chosen = new Selection();
  chosen.everything({}, 9);
  chosen.replace([a]);
  assert.deepEqual(chosen.chosen(), { body: { assets: [a] }, count: 1 });
  chosen.clear();
  assert.equal(chosen.count, 0);
});

test("what an act got does not change with the selection", () => {
  const chosen = new Selection();
  chosen.put([a]);
  const { body } = chosen.chosen();
  chosen.put([b]);
  assert.deepEqual(body, { assets: [a] });
});

test("who watches is no longer called once its signal is aborted", () => {
  const chosen = new Selection();
  const leaving = new AbortController();
  chosen.watch(() => assert.fail("it has left"), leaving.signal);
  leaving.abort();
  chosen.watch(() => assert.fail("it had left"), leaving.signal);
  chosen.put([a]);
});

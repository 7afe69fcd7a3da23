import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../../../dampipe/web/page/store.js";

test("watchers are told of the parts that they follow, and of no others", () => {
  const store = new Store({ one: 1, two: 2 });
  const seen = [];
  store.watch(["one"], ({ one }) => seen.push(one));
  store.set({ two: 3 });
  store.set({ one: 5, two: 4 });
  store.set({ one: 5 });
  assert.deepEqual(seen, [5]);
  assert.deepEqual({ ...store.state }, { one: 5, two: 4 });
});

test("a state is never changed in place", () => {
  const store = new Store({ one: 1 });
  const before = store.state;
  store.set({ one: 2 });
  assert.equal(before.one, 1);
  assert.throws(() => { store.state.one = 3; }, TypeError);
});

test("a watcher that sets parts itself is seen by all in the order of the changes", () => {
  const store = new Store({ one: 1, two: 1 });
  const seen = [];
  store.watch(["one"], ({ one }) => store.set({ two: one * 10 }));
  store.watch(["one", "two"], ({ one, two }) => seen.push([one, two]));
  store.set({ one: 2 });
  assert.deepEqual(seen, [[2, 20], [2, 20]]);
});

test("a watcher ends with its signal, also while others are being told", () => {
  const store = new Store({ one: 1 });
  const [ended, before] = [new AbortController(), new AbortController()];
  let calls = 0;
  before.abort();
  store.watch(["one"], () => (calls += 100), before.signal);
  store.watch(["one"], () => ended.abort());
  store.watch(["one"], () => (calls += 1), ended.signal);
  store.set({ one: 2 });
  store.set({ one: 3 });
  assert.equal(calls, 0);
});

test("the fault of one watcher keeps no other from being told", () => {
  const store = new Store({ one: 1 });
  const reported = [];
  globalThis.reportError = (error) => reported.push(error.message);
  let seen = 0;
  store.watch(["one"], () => { throw new Error("mine"); });
  store.watch(["one"], ({ one }) => (seen = one));
  store.set({ one: 7 });
  store.set({ one: 8 });
  assert.deepEqual([reported, seen], [["mine", "mine"], 8]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { declared, declareKeys, nameOf } from "../../../dampipe/web/page/keys.js";

const press = (key, more = {}) => nameOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

test("a key has the name that bindings give it", () => {
  assert.equal(press("j"), "j");
  assert.equal(press("J", { shiftKey: true }), "Shift+j");
  assert.equal(press("J"), "j", "caps lock changes nothing");
  assert.equal(press(" "), "Space");
  assert.equal(press("?", { shiftKey: true }), "?", "whether a character needs Shift depends on the keyboard");
  assert.equal(press("ArrowLeft", { shiftKey: true }), "Shift+ArrowLeft");
  assert.equal(press("a", { ctrlKey: true }), "Ctrl+a");
  assert.equal(press("a", { metaKey: true }), "Ctrl+a");
  assert.equal(press("ArrowUp", { altKey: true, ctrlKey: true }), "Ctrl+Alt+ArrowUp");
  assert.equal(press("ü"), "ü");
});

test("what is declared is listed under its heading, once, whoever uses it", () => {
  declareKeys("One", { play: { keys: ["k", "Space"], does: "Play" } });
  declareKeys("Other", { play: { keys: ["k"], does: "Play it" } });
  declareKeys("One", { stop: { keys: ["s"], does: "Stop" } });
  assert.deepEqual(declared(), [
    ["One", [{ keys: ["k", "Space"], does: "Play" }, { keys: ["s"], does: "Stop" }]],
    ["Other", [{ keys: ["k"], does: "Play it" }]],
  ]);
});

test("a key that a group has already cannot be declared again", () => {
  declareKeys("Twice", { one: { keys: ["g l"], does: "One" } });
  assert.throws(() => declareKeys("Twice", { other: { keys: ["x", "g l"], does: "Other" } }), /Twice: the key g l of other is declared twice/);
  assert.throws(() => declareKeys("Itself", { one: { keys: ["y"], does: "One" }, other: { keys: ["y"], does: "Other" } }), /declared twice/);
});

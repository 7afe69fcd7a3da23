// Where comments are in the version in view, which are listed, and whom one mentions.

import assert from "node:assert/strict";
import { test } from "node:test";
import { completions, mentionAt, passes, whereIn } from "../../../dampipe/features/review/panel/threads.js";

const at = (seconds) => ({ seconds });
const comment = (more) => ({ anchor: "old", asset: "new", start: at(2), end: null, now: { fate: "carried", start: at(15), end: null, text: "moved +312 frames" }, replies: [], audience: "everyone", ...more });

test("a comment is where it was carried to in the current version, and where it was made in its own", () => {
  assert.deepEqual(whereIn(comment({}), "new"), { isWhole: false, start: 15, end: null, near: null, text: "moved +312 frames" });
  assert.deepEqual(whereIn(comment({ end: at(3) }), "old"), { isWhole: false, start: 2, end: 3, near: null, text: "" });
  assert.equal(whereIn(comment({}), "another").text, "on another version");
  assert.equal(whereIn(comment({}), "another").start, null);
});

test("a comment whose frame is gone is near what is left", () => {
  const gone = { fate: "gone", start: null, end: null, text: "no longer there", before: at(4), after: at(5) };
  assert.deepEqual(whereIn(comment({ now: gone }), "new"), { isWhole: false, start: null, end: null, near: 4, text: "no longer there" });
  assert.equal(whereIn(comment({ now: { ...gone, before: null } }), "new").near, 5);
  assert.equal(whereIn(comment({ now: { fate: "pending", start: null, text: "pending" } }), "new").text, "pending");
});

test("a comment without a time is about all of it", () => {
  assert.ok(whereIn(comment({ start: null, now: null }), "new").isWhole);
});

test("threads are listed by who wrote in them, and whether they are open", () => {
  const guest = comment({ replies: [{ is_guest: true, audience: "everyone" }], kind: "comment", resolved_at: null });
  const team = comment({ is_mine: true, audience: "team", kind: "marker", resolved_at: "2026-05-17" });
  const listed = (filter) => [guest, team].filter((one) => passes(filter, one));
  assert.deepEqual(listed("all"), [guest, team]);
  assert.deepEqual(listed("open"), [guest]);
  assert.deepEqual(listed("mine"), [team]);
  assert.deepEqual(listed("guests"), [guest]);
  assert.deepEqual(listed("team"), [team]);
  assert.deepEqual(listed("markers"), [team]);
});

test("a mention is being written after an @ that is no part of a mail address", () => {
  assert.deepEqual(mentionAt("look @An", 8), { at: 5, name: "an" });
  assert.deepEqual(mentionAt("@", 1), { at: 0, name: "" });
  assert.deepEqual(mentionAt("(@jo.b", 6), { at: 1, name: "jo.b" });
  assert.equal(mentionAt("mail to me@host", 15), null);
  assert.equal(mentionAt("@anna and", 9), null);
  assert.deepEqual(mentionAt("@anna and", 3), { at: 0, name: "an" });
});

test("names that begin with what was written come first", () => {
  assert.deepEqual(completions(["hanna", "anna", "bert", "Anton"], "an"), ["anna", "Anton", "hanna"]);
  assert.deepEqual(completions(["a1", "a2", "a3"], "", 2), ["a1", "a2"]);
});

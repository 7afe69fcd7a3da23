import assert from "node:assert/strict";
import { test } from "node:test";
import { contextAt, read } from "../../../dampipe/web/page/where-tokens.js";

const shown = (text) => read(text).parts.map(({ kind, text: part }) => `${kind} ${part}`);

test("a query is read into its parts", () => {
  assert.deepEqual(shown('rating >= 3 AND (city in (Rome, "New York") or not has:title)'), [
    "field rating", "operator >=", "value 3", "word AND", "bracket (", "field city", "word in", "bracket (", "value Rome", "bracket ,",
    'value "New York"', "bracket )", "word or", "word not", "word has", "operator :", "field title", "bracket )",
  ]);
  assert.deepEqual(shown("duration>=2 min and shot_on:2024-06"), ["field duration", "operator >=", "value 2 min", "word and", "field shot_on", "operator :", "value 2024-06"]);
  assert.deepEqual(shown("city not in (Oslo) or has=3"), ["field city", "word not", "word in", "bracket (", "value Oslo", "bracket )", "word or", "field has", "operator =", "value 3"]);
  assert.deepEqual(read('title="say \\"no\\""').parts.at(-1).value, 'say "no"');
  assert.equal(read("note=a=b").parts.at(-1).value, "a=b");
});

test("what the server reads has no fault", () => {
  for (const text of ["", "a=1", "not not (a=1)", "rating=5 kg", "age>30d", "d<1:30", "x=a and (y=b or (z in (1,2)))", "in_collection:3"]) assert.equal(read(text).fault, null, text);
});

test("a fault is told at its place", () => {
  const faults = [
    ["rating>=", 6, "A value is missing"], ["rating", 0, "A comparison is missing"], ["rating 3", 7, "A comparison"], ["a=1 b=2", 4, "“and” or “or”"], ["a=1)", 3, "no “(”"],
    ["(a=1", 0, "“)” is missing"], ["a in 3", 5, "“(” is missing"], ["a in (1", 6, "“,” or “)”"], ['a="b', 2, "quote is not closed"], ["and a=1", 0, "before “and”"],
    ["a not b", 6, "“in” is missing"], ["has:", 3, "after “has:”"], ["a=b\\c", 2, "in quotes"], ["a==1", 2, "A value is missing"], ["a=1 and", 4, "A field is missing"],
  ];
  for (const [text, at, message] of faults) {
    const { fault } = read(text);
    assert.ok(fault, text);
    assert.equal(fault.at, at, text);
    assert.ok(fault.message.includes(message), `${text}: ${fault.message}`);
    assert.ok(fault.end > fault.at);
  }
});

test("what may follow is known at each place", () => {
  const places = [
    ["", "condition", "", ""], ["rat", "condition", "rat", "rat"], ["rating", "condition", "rating", "rating"], ["rating ", "operator", "", "rating"], ["rating>", "value", "", "rating"],
    ["rating n", "operator", "n", "rating"], ["city=Ro", "value", "Ro", "city"], ['city="New Y', "value", "New Y", "city"], ["city in (Rome, O", "value", "O", "city"],
    ["city in (", "value", "", "city"], ["city=Rome ", "joint", "", "city"], ["city=Rome a", "joint", "a", "city"], ["city=Rome and ", "condition", "", ""], ["has:ti", "has", "ti", ""],
    ["(", "condition", "", ""], ["a=1 or not ", "condition", "", ""], ["city in (Rome) ", "joint", "", "city"],
  ];
  for (const [text, expected, typed, field] of places) {
    const found = contextAt(text);
    assert.deepEqual([found.expected, found.typed, found.field], [expected, typed, field], text);
    assert.equal(text.slice(found.from).replace(/^["']/, ""), typed, text);
  }
  assert.equal(contextAt("city=Ro and rating=3", 7).typed, "Ro");
});

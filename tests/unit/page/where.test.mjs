import assert from "node:assert/strict";
import { test } from "node:test";
import { countOf, parse, quoted, write } from "../../../dampipe/web/page/where.js";

const TYPES = new Map([["city", "text"], ["rating", "rating"], ["genre", "term"]]);

test("a query whose values are picked is read and written again", () => {
  for (const text of ["", "city=Rome", "city!=Rome", 'city in (Rome, "New York")', "city=Rome and rating=3", "genre not in (war, \"or\")", "has:rating and city=Oslo"]) {
    const again = write(parse(text, TYPES));
    assert.deepEqual(parse(again, TYPES), parse(text, TYPES), text);
  }
});

test("what is not about a facet stays as it was typed", () => {
  assert.deepEqual(parse("rating=1 or city=Oslo", TYPES), { picked: new Map(), rest: ["(rating=1 or city=Oslo)"] });
  assert.deepEqual(parse("city:o and unknown=3", TYPES).rest, ["city:o", "unknown=3"]);
  assert.deepEqual(parse('city="a and b" and note="x or y"', TYPES).rest, ['note="x or y"']);
});

test("values that are words of the language, or hold signs, are quoted", () => {
  assert.equal(quoted("Rome"), "Rome");
  assert.equal(quoted("or"), '"or"');
  assert.equal(quoted('a "b", c'), '"a \\"b\\", c"');
  assert.deepEqual(parse(`city=${quoted("a\\b")}`, TYPES).picked.get("city").any, new Set(["a\\b"]));
});

test("spans of numbers and dates are picked", () => {
  const types = new Map([["iso", "number"], ["shot_on", "date"], ["city", "text"]]);
  const { picked, rest } = parse("iso>=100 and shot_on<=2024-06 and iso<=800 and iso>=200 and city>=a and iso>3", types);
  assert.deepEqual([picked.get("iso").least, picked.get("iso").most, picked.get("shot_on").most], ["100", "800", "2024-06"]);
  assert.deepEqual(rest, ["iso>=200", "city>=a", "iso>3"]);
  assert.equal(write({ picked, rest: [] }), "iso>=100 and iso<=800 and shot_on<=2024-06");
  assert.equal(countOf(picked.get("iso")), 1);
});

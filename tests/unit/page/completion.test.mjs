import assert from "node:assert/strict";
import { test } from "node:test";
import { completions } from "../../../dampipe/web/page/completion.js";

const FIELDS = [
  { key: "rating", label: "Rating", type: "rating", operators: ["=", "!=", "<", "<=", ">", ">=", "is set"], choices: [], facet: true },
  { key: "city", label: "City", type: "text", operators: ["=", "!=", "contains", "is set"], choices: [], facet: true },
  { key: "color", label: "Colour label", type: "label", operators: ["="], choices: ["Red", "Dark red"], facet: false },
  { key: "good", label: "Good", type: "boolean", operators: ["="], choices: [], facet: false },
];
const count = async (key, typed) => [{ value: "New York", label: "New York", assets: 12 }, { value: "Rome", label: "Rome", assets: 3 }].filter(({ value }) => key === "city" && value.toLowerCase().includes(typed.toLowerCase()));

/** The query after the first completion, and the texts of all. */
async function complete(text, caret = text.length) {
  const found = await completions(text, caret, FIELDS, count);
  const [first] = found;
  return [first ? text.slice(0, first.from) + first.insert + text.slice(caret) : null, found.map((one) => one.text)];
}

test("fields are found by key and by label", async () => {
  assert.deepEqual((await complete(""))[1], ["rating", "city", "color", "good", "not"]);
  assert.deepEqual(await complete("rat"), ["rating", ["rating"]]);
  assert.deepEqual((await complete("colour"))[0], "color");
  assert.deepEqual((await complete("rating>3 and ci"))[0], "rating>3 and city");
  assert.equal((await complete("has:ci"))[0], "has:city ");
});

test("operators are those of the field", async () => {
  assert.deepEqual((await complete("rating "))[1], ["=", "!=", ">=", "<=", ">", "<", "in", "not in"]);
  assert.deepEqual((await complete("city "))[1], ["=", "!=", ":", "in", "not in"]);
  assert.equal((await complete("city i"))[0], "city in (");
});

test("values come with their counts, in quotes where they need them", async () => {
  const [first, second] = await completions("city=", 5, FIELDS, count);
  assert.deepEqual([first.insert, first.detail, second.insert], ['"New York" ', "12", "Rome "]);
  assert.equal((await complete("city=new"))[0], 'city="New York" ');
  assert.equal((await complete('city="new y'))[0], 'city="New York" ');
  assert.equal((await complete("city in (Rome, new"))[0], 'city in (Rome, "New York" ');
  assert.equal((await complete("color=da"))[0], 'color="Dark red" ');
  assert.equal((await complete("good=y"))[0], "good=yes ");
  assert.equal((await complete("city=new and rating=3", 8))[0], 'city="New York"  and rating=3');
  assert.deepEqual((await complete("unknown="))[1], []);
});

test("conditions are joined", async () => {
  assert.deepEqual(await complete("city=Rome "), ["city=Rome and ", ["and", "or"]]);
  assert.deepEqual((await complete("city=Rome o"))[0], "city=Rome or ");
});

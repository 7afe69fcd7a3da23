import assert from "node:assert/strict";
import { test } from "node:test";
import { assetOf, changed, parseAddress, playerLink, writeAddress } from "../../../dampipe/web/page/address.js";

const parts = (hash) => {
  const { path, parameters } = parseAddress(hash);
  return [path, [...parameters]];
};

test("an address is its path and its parameters", () => {
  assert.deepEqual(parts("#/search?q=red+car&tag=a&tag=b"), ["/search", [["q", "red car"], ["tag", "a"], ["tag", "b"]]]);
  assert.deepEqual(parts("/failures"), ["/failures", []]);
  assert.deepEqual(parts("#/search?q=a?b"), ["/search", [["q", "a?b"]]]);
});

test("where there is none, it is the library", () => {
  for (const hash of ["", "#", "#/"]) assert.deepEqual(parts(hash), ["/", []]);
});

test("what is written is read again", () => {
  for (const words of ["red car", "a & b = c", "100 %", "#1", "“Größe”", "+", "a?b"]) {
    assert.equal(parseAddress(writeAddress("/search", { q: words })).parameters.get("q"), words);
  }
});

test("parameters without a value are left out, and 0 and false are values", () => {
  assert.equal(writeAddress("/", { a: null, b: undefined, c: "", d: 0, e: false }), "#/?d=0&e=false");
  assert.equal(writeAddress("/"), "#/");
  assert.equal(writeAddress("/search", [["tag", "a"], ["tag", "b"]]), "#/search?tag=a&tag=b");
});

test("parameters are replaced, and the others keep their place", () => {
  const before = new URLSearchParams("tag=a&sort=-rating&tag=b");
  assert.equal(changed(before, { sort: "name" }).toString(), "tag=a&tag=b&sort=name");
  assert.equal(changed(before, { tag: null }).toString(), "sort=-rating");
  assert.equal(before.toString(), "tag=a&sort=-rating&tag=b");
});

test("an asset is opened by its SHA-1 or the beginning of one", () => {
  assert.equal(assetOf(parseAddress(playerLink("0123abcd", 1.239))), "0123abcd");
  assert.equal(playerLink("0123abcd", 1.239), "#/asset/0123abcd?t=1.24");
  for (const path of ["/asset/", "/asset/xyz1", "/asset/012", "/assets/0123abcd", "/asset/0123abcd/more"]) {
    assert.equal(assetOf({ path, parameters: new URLSearchParams() }), null, path);
  }
});

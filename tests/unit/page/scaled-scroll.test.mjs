import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST, ScaledScroll } from "../../../dampipe/web/page/scaled-scroll.js";

test("a list that fits is scrolled as it is", () => {
  const scroll = new ScaledScroll(50_000, 800);
  assert.equal(scroll.box, 50_000);
  assert.equal(scroll.go(1234), 1234);
  assert.equal(scroll.moved(40_000), false);
  assert.deepEqual([scroll.top, scroll.base], [40_000, 0]);
  assert.equal(new ScaledScroll(300, 800).go(100), 0);
});

test("the box of a longer one stays below what browsers allow, and each of its places stands for one of the list", () => {
  const scroll = new ScaledScroll(500_000_000, 800);
  assert.ok(scroll.box === MOST && 2 * MOST <= 2 ** 23);
  let before = -1;
  for (let at = 0; at <= MOST - 800; at += 997) {
    const place = scroll.placeOf(at);
    assert.ok(place > before);
    assert.ok(Math.abs(scroll.scrollOf(place) - at) < 1e-3);
    before = place;
  }
  assert.equal(scroll.placeOf(MOST - 800), 500_000_000 - 800);
});

test("a pixel of the wheel is a pixel of the list, wherever one is", () => {
  const scroll = new ScaledScroll(500_000_000, 800);
  for (const place of [0, 1000, 300_000, 250_000_000, 499_000_000]) {
    let at = scroll.go(place);
    assert.equal(scroll.top, place);
    for (const by of [100, 1, -37, 640]) {
      const before = scroll.top;
      if (at + by < 0) continue;
      at += by;
      assert.equal(scroll.moved(at), false);
      assert.equal(scroll.top, before + by);
    }
    assert.ok(Number.isInteger(at));
  }
});

test("the scroll bar goes far at once", () => {
  const scroll = new ScaledScroll(500_000_000, 800);
  scroll.go(0);
  assert.equal(scroll.moved(MOST / 2), true);
  assert.ok(Math.abs(scroll.top / 500_000_000 - 0.5) < 0.01);
  scroll.moved(MOST - 800);
  assert.equal(scroll.top, 500_000_000 - 800);
});

test("one never gets stuck at an end of the box", () => {
  const scroll = new ScaledScroll(500_000_000, 800);
  let at = scroll.go(3_000_000);
  let places = 0;
  while (scroll.top > 0 && places < 100_000) {
    at = Math.max(0, at - 120);
    scroll.moved(at);
    if (scroll.isAstray(at)) at = scroll.go(scroll.top);
    places += 1;
  }
  assert.equal(scroll.top, 0);
  assert.equal(places, 3_000_000 / 120);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { ScrollScale } from "../../heapnb/workbench/static/scrolling.js";

const VIEW = 480;

function scaleOf(content) {
  const scale = new ScrollScale();
  scale.resize(content, VIEW);
  return scale;
}

test("what browsers can lay out is not scaled", () => {
  const scale = scaleOf(240_000);
  assert.equal(scale.height, 240_000);
  for (const place of [0, 1, 100_000, 239_520]) {
    assert.equal(scale.toTop(place), place);
    assert.equal(scale.toScroll(place), place);
  }
});

test("forty-eight million pixels fit, from the first to the last", () => {
  const scale = scaleOf(48_000_000);
  assert.ok(scale.height < 17_000_000);
  assert.equal(scale.toTop(0), 0);
  assert.equal(scale.toTop(scale.lastScroll), scale.lastTop);
  assert.equal(scale.toScroll(scale.lastTop), scale.lastScroll);
});

test("places and positions are each other's inverse, and keep their order", () => {
  const scale = scaleOf(48_000_000);
  let before = -1;
  for (let top = 0; top <= scale.lastTop; top += 97_531) {
    const scroll = scale.toScroll(top);
    assert.ok(scroll > before);
    assert.ok(Math.abs(scale.toTop(scroll) - top) < 0.001);
    before = scroll;
  }
});

test("both ends are pixel by pixel", () => {
  const scale = scaleOf(48_000_000);
  assert.equal(scale.toTop(1000) - scale.toTop(999), 1);
  assert.equal(scale.toTop(scale.lastScroll) - scale.toTop(scale.lastScroll - 24), 24);
});

test("a wheel moves pixel by pixel in the middle, a dragged thumb goes far", () => {
  const scale = scaleOf(48_000_000);
  const scroll = scale.toScroll(20_000_000);
  assert.equal(scale.follow(20_000_000, scroll, scroll + 100), 20_000_100);
  assert.equal(scale.follow(20_000_000, scroll, scroll + 1_000_000), scale.toTop(scroll + 1_000_000));
  assert.equal(scale.follow(50, 50, 0), 0);
});

test("what is shorter than the view does not move", () => {
  const scale = scaleOf(100);
  assert.equal(scale.lastTop, 0);
  assert.equal(scale.toTop(30), 0);
});

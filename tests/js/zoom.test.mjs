import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted, LARGEST_SCALE, SMALLEST_SCALE, wheelFactor, withInView, zoomedAt } from "../../heapnb/workbench/static/zoom.js";

const FRAME = { width: 400, height: 300 };

/** Where a point of the drawing lies in the frame. */
const seen = (place, { x, y }) => ({ x: place.x + x * place.scale, y: place.y + y * place.scale });

test("what lies under the pointer stays there", () => {
  const place = { x: 20, y: -30, scale: 0.8 };
  const point = { x: 100, y: 50 };
  const inside = { x: (point.x - place.x) / place.scale, y: (point.y - place.y) / place.scale };
  const after = seen(zoomedAt(place, 1.7, point), inside);
  assert.ok(Math.abs(after.x - point.x) < 1e-9 && Math.abs(after.y - point.y) < 1e-9);
});

test("zooming has ends, at which nothing moves", () => {
  const largest = zoomedAt({ x: 5, y: 5, scale: LARGEST_SCALE }, 3, { x: 100, y: 100 });
  assert.deepEqual(largest, { x: 5, y: 5, scale: LARGEST_SCALE });
  assert.equal(zoomedAt({ x: 0, y: 0, scale: 1 }, 1e-9, { x: 0, y: 0 }).scale, SMALLEST_SCALE);
});

test("a small drawing is centred, not enlarged", () => {
  assert.deepEqual(fitted({ width: 100, height: 100 }, FRAME), { scale: 1, x: 150, y: 100 });
});

test("a large drawing is shrunk, and shown in part where it would be too small", () => {
  const place = fitted({ width: 450, height: 300 }, FRAME);
  assert.ok(place.scale < 1 && place.scale * 450 <= 400);
  assert.ok(fitted({ width: 800, height: 300 }, FRAME).scale * 800 <= 400);
  assert.equal(fitted({ width: 10_000, height: 50 }, FRAME).scale, 0.25);
});

test("a box is brought into sight with as little motion as possible", () => {
  const box = { x: 10, y: 10, width: 80, height: 30 };
  const inSight = { x: 20, y: 20, scale: 1 };
  assert.deepEqual(withInView(inSight, box, FRAME), inSight);
  const below = withInView({ x: 20, y: 600, scale: 1 }, box, FRAME);
  assert.equal(below.x, 20);
  assert.ok(below.y + 40 <= 300);
  const above = withInView({ x: -500, y: 20, scale: 1 }, box, FRAME);
  assert.ok(above.x + 10 >= 0 && above.y === 20);
});

test("the wheel zooms by what it is turned", () => {
  const turn = (changes) => wheelFactor({ deltaY: 0, deltaMode: 0, ctrlKey: false, ...changes });
  assert.equal(turn({}), 1);
  assert.ok(turn({ deltaY: -100 }) > 1 && turn({ deltaY: 100 }) < 1);
  assert.equal(turn({ deltaY: 3, deltaMode: 1 }), turn({ deltaY: 60 }));
  assert.ok(turn({ deltaY: -5, ctrlKey: true }) > turn({ deltaY: -5 }));
  assert.ok(turn({ deltaY: -1e9 }) < 2);
});

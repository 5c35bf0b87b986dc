/** Zooming and moving a drawing: `{x, y, scale}` says where its corner lies and how large it is. */

export const SMALLEST_SCALE = 0.1;
export const LARGEST_SCALE = 4;

/** A drawing that would have to be smaller is shown in part. */
const SMALLEST_FITTED = 0.25;

/** Scale by a factor so that what lies at a point stays there. */
export function zoomedAt(place, factor, point) {
  const scale = Math.min(LARGEST_SCALE, Math.max(SMALLEST_SCALE, place.scale * factor));
  const actual = scale / place.scale;
  return { scale, x: point.x - (point.x - place.x) * actual, y: point.y - (point.y - place.y) * actual };
}

/** Move by some pixels. */
export function moved(place, dx, dy) {
  return { ...place, x: place.x + dx, y: place.y + dy };
}

/** Put a drawing into the middle of a frame, and shrink a larger one. */
export function fitted(drawing, frame, margin = 12) {
  const width = frame.width - 2 * margin;
  const height = frame.height - 2 * margin;
  const scale = Math.max(SMALLEST_FITTED, Math.min(1, width / drawing.width, height / drawing.height));
  return {
    scale,
    x: Math.max(margin, (frame.width - drawing.width * scale) / 2),
    y: Math.max(margin, (frame.height - drawing.height * scale) / 2),
  };
}

/** Move a drawing as little as necessary to show one of its boxes, given in its own units. */
export function withInView(place, box, frame, margin = 16) {
  const left = place.x + box.x * place.scale;
  const top = place.y + box.y * place.scale;
  return moved(
    place,
    shift(left, left + box.width * place.scale, frame.width, margin),
    shift(top, top + box.height * place.scale, frame.height, margin),
  );
}

/** How far a range must move to lie between 0 and an end; if it is too long, its start is shown. */
function shift(from, to, end, margin) {
  if (from < margin || to - from > end - 2 * margin) return margin - from;
  return Math.min(0, end - margin - to);
}

/** The factor by which the wheel zooms. */
export function wheelFactor(event) {
  // Lines and pages are of other sizes than pixels; a pinch arrives as small steps with Ctrl.
  const pixels = event.deltaY * [1, 20, 400][event.deltaMode];
  const speed = event.ctrlKey && Math.abs(pixels) < 50 ? 0.01 : 0.002;
  return Math.exp(-Math.max(-200, Math.min(200, pixels)) * speed);
}

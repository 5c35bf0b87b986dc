import { measure } from './textMeasure.js';

const GAP = 8;

/** Draws the labels that fit beside each other. */
export function drawAxis(canvas, labels) {
  const context = canvas.getContext('2d');
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.font = '12px sans-serif';
  let left = 0;
  for (const label of labels) {
    const { width, actualBoundingBoxAscent } = measure(label);
    if (left + width > canvas.width) break;
    context.fillText(label, left, canvas.height - actualBoundingBoxAscent);
    left += width + GAP;
  }
}

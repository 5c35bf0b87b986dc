const steps = [];
let position = 0;

/** Remembers what a canvas shows, so that a stroke can be undone. */
export function remember(context) {
  const { width, height } = context.canvas;
  steps.push(context.getImageData(0, 0, width, height));
  position = steps.length;
}

export function undo(context) {
  if (position === 0) return;
  position -= 1;
  context.putImageData(steps[position], 0, 0);
}

const context = document.createElement('canvas').getContext('2d');
const measured = {};

/** Measuring is slow, so each text is measured once. */
export function measure(text, font = '12px sans-serif') {
  const key = `${font}|${text}`;
  if (!(key in measured)) {
    context.font = font;
    measured[key] = context.measureText(text);
  }
  return measured[key];
}

const icons = new Map();

export function iconOf(kind) {
  if (!icons.has(kind)) icons.set(kind, drawIcon(kind));
  return icons.get(kind);
}

function drawIcon(kind) {
  const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const outline = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  outline.setAttribute('d', `M0 0h${kind.length}v12H0z`);
  icon.append(outline);
  return icon;
}

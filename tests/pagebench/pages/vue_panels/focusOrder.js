const panels = new Set();

export function registerPanel(element) {
  panels.add(element);
}

export function focusNext() {
  const inOrder = [...panels];
  const place = inOrder.indexOf(document.activeElement);
  inOrder[(place + 1) % inOrder.length]?.focus();
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'F6') focusNext();
});

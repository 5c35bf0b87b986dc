const bar = document.createElement('aside');

export function showHint(text) {
  bar.textContent = text;
  document.body.prepend(bar);
}

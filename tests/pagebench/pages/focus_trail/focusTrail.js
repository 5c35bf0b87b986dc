const trail = [];

/** Moves the focus into a panel. */
export function enter(panel) {
  trail.push({ panel, before: document.activeElement });
  panel.focus();
}

/** Moves the focus back to where it was before the latest panel. */
export function leave() {
  trail.pop()?.before.focus();
}

/** Keeps the focus in the latest panel. */
document.addEventListener('focusin', ({ target }) => {
  const latest = trail.at(-1);
  if (latest?.panel.isConnected && !latest.panel.contains(target)) latest.panel.focus();
});

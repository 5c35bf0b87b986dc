const pending = [];

export function track(name, event) {
  pending.push({ name, event, path: location.pathname });
}

function describe({ name, event, path }) {
  return { name, path, at: event.timeStamp, on: event.target.textContent, x: event.clientX, y: event.clientY };
}

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'hidden') return;
  navigator.sendBeacon('/events', JSON.stringify(pending.splice(0).map(describe)));
});

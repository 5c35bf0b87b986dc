export function signIn(target) {
  const detail = { name: 'Robin', round: 'north' };
  target.dispatchEvent(new CustomEvent('session-ready', { detail }));
}

/** Aborted when the person signs out: whatever listens for the page listens with its signal. */
const lifetime = new AbortController();

export const signal = lifetime.signal;

export function signOut() {
  lifetime.abort();
}

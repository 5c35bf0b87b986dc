// Keyv without an adapter keeps everything in a Map of its own, as text.

import Keyv from 'keyv';

const sessions = new Keyv({ namespace: 'sessions' });

export async function work(number) {
  await sessions.set(`session-${number}`, { user: number, roles: ['reader'], theme: 'dark' });
  await sessions.get('session-0');
}

import { writable } from 'svelte/store';

export const session = writable({ user: 'Ada', since: Date.now() });

// A deployment runs one command after the other; one signal cancels what is left.
import { setMaxListeners } from 'node:events';
import { $ } from 'zx';

$.verbose = false;
const cancel = new AbortController();
setMaxListeners(0, cancel.signal);

async function step(name) {
  const { exitCode } = await $({ signal: cancel.signal })`true ${name}`;
  return exitCode === 0;
}

export const work = (number) => step(`step-${number}`);

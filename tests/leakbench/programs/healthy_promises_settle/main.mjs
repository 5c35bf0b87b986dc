// Thousands of promises, timers and async iterators that all come to their end.

import { setTimeout as sleep } from 'node:timers/promises';

async function* pages(count) {
  for (let page = 0; page < count; page++) {
    await null;
    yield { page, rows: new Array(10).fill(page) };
  }
}

async function job(number) {
  const controller = new AbortController();
  const late = sleep(5000, null, { signal: controller.signal }).catch(() => 'cancelled');
  let rows = 0;
  for await (const page of pages(5)) rows += page.rows.length;
  controller.abort();
  return [await Promise.race([late, sleep(1)]), rows];
}

export const work = (number) => Promise.all([job(number), job(number + 1)]);

// A batch of calls that one controller can stop.
import Browserbase from '@browserbasehq/sdk';

const batch = new AbortController();
const answer = { status: 200, headers: { 'content-type': 'application/json' } };
const client = new Browserbase({
  apiKey: 'none',
  maxRetries: 0,
  fetch: async () => new Response('{"sessions": []}', answer),
});

export async function work(number) {
  await client.get(`/v1/sessions/${number}`, { signal: batch.signal });
}

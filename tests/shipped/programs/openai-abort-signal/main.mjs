// A summariser works through a backlog; one signal ends it.
import OpenAI from 'openai';

const backlog = new AbortController();
const client = new OpenAI({
  apiKey: 'none',
  maxRetries: 0,
  fetch: async () =>
    new Response('{"id": "answer", "choices": []}', {
      headers: { 'content-type': 'application/json' },
    }),
});

const summarise = (text) =>
  client.chat.completions.create(
    { model: 'any', messages: [{ role: 'user', content: `Summarise: ${text}` }] },
    { signal: backlog.signal },
  );

export const work = async (number) => (await summarise(`article ${number}`)).choices.length;

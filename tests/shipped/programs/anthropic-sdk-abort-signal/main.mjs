// An assistant answers until its user closes the conversation.
import Anthropic from '@anthropic-ai/sdk';

const conversation = new AbortController();
const client = new Anthropic({
  apiKey: 'none',
  maxRetries: 0,
  fetch: async () =>
    new Response('{"id": "msg", "type": "message", "content": []}', {
      headers: { 'content-type': 'application/json' },
    }),
});

class Turn {
  constructor(text) {
    this.messages = [{ role: 'user', content: text }];
  }

  async answer() {
    const body = { model: 'any', max_tokens: 10, messages: this.messages };
    return client.messages.create(body, { signal: conversation.signal });
  }
}

export async function work(number) {
  await new Turn(`question ${number}`).answer();
}

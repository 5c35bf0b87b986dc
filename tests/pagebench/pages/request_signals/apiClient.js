import { Tracer } from './tracer.js';

export class ApiClient {
  #session = new AbortController();

  #tracer = new Tracer(32);

  async getJson(path, { patience = 5000 } = {}) {
    const request = new AbortController();
    const timer = setTimeout(() => request.abort(), patience);
    // Who signs out wants no answers any more.
    this.#session.signal.addEventListener('abort', () => request.abort());
    try {
      const response = await fetch(path, { signal: request.signal });
      return await response.json();
    } finally {
      clearTimeout(timer);
      this.#tracer.add(path);
    }
  }

  signOut() {
    this.#session.abort();
    this.#session = new AbortController();
  }
}

type Listener = () => void;

export class Topic {
  readonly listeners = new Set<Listener>();
  latest: { state: string; since: number } = { state: 'waiting', since: 0 };

  constructor(readonly name: string) {}

  update(state: string, since: number): void {
    this.latest = { state, since };
    for (const listener of this.listeners) listener();
  }
}

/** Shares one connection between all that look at something. */
export class TopicClient {
  #topics = new Map<string, Topic>();

  subscribe(name: string, listener: Listener): () => void {
    const topic = this.#topicOf(name);
    topic.listeners.add(listener);
    return () => topic.listeners.delete(listener);
  }

  latest(name: string) {
    return this.#topicOf(name).latest;
  }

  receive(name: string, state: string, since: number): void {
    this.#topics.get(name)?.update(state, since);
  }

  #topicOf(name: string): Topic {
    let topic = this.#topics.get(name);
    if (!topic) {
      topic = new Topic(name);
      this.#topics.set(name, topic);
    }
    return topic;
  }
}

export const client = new TopicClient();

import { fetchMembers, type Member } from './presenceService';

const PAUSE = 60_000;

export class PresencePoller {
  #timer: number | undefined;
  readonly #room: string;
  readonly #show: (members: Member[]) => void;

  constructor(room: string, show: (members: Member[]) => void) {
    this.#room = room;
    this.#show = show;
  }

  start(): void {
    void this.#poll();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #poll(): Promise<void> {
    try {
      this.#show(await fetchMembers(this.#room));
    } finally {
      this.#timer = window.setTimeout(() => void this.#poll(), PAUSE);
    }
  }
}

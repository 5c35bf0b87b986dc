export type State = 'online' | 'offline';
type Watcher = (state: State) => void;

class Connection {
  state: State = 'online';
  #watchers = new Set<Watcher>();

  constructor() {
    window.addEventListener('online', () => this.#become('online'));
    window.addEventListener('offline', () => this.#become('offline'));
  }

  onChange(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  offChange(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  #become(state: State): void {
    this.state = state;
    for (const watcher of this.#watchers) watcher(state);
  }
}

export const connection = new Connection();

export class Router {
  #routes = new Map();
  #guards = [];

  constructor(outlet) {
    this.outlet = outlet;
  }

  route(path, view) {
    this.#routes.set(path, view);
  }

  beforeLeave(guard) {
    this.#guards.push(guard);
  }

  go(path) {
    if (!this.#guards.every((mayLeave) => mayLeave(path))) return;
    history.replaceState(null, '', path);
    this.outlet.replaceChildren(this.#routes.get(path)(this));
  }
}

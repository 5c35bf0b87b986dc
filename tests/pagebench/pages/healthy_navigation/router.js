export class Router {
  constructor(element, routes) {
    this.element = element;
    this.routes = routes;
    this.view = null;
  }

  start() {
    window.addEventListener('popstate', () => this.show());
    this.show();
  }

  go(path) {
    history.pushState({ path }, '', path);
    this.show();
  }

  show() {
    this.view?.unmount();
    for (const [pattern, create] of this.routes) {
      const match = pattern.exec(location.pathname);
      if (!match) continue;
      this.view = create(...match.slice(1));
      this.view.mount(this.element);
      return;
    }
  }
}

'use strict';

/** Shows the view of an address, and takes the one before out of the page. */
class Router {
  constructor(outlet) {
    this.outlet = outlet;
    this.routes = new Map();
    this.view = null;
  }

  add(path, View) {
    this.routes.set(path, View);
  }

  show(path) {
    this.view?.unmount();
    const View = this.routes.get(path);
    this.view = new View();
    this.outlet.replaceChildren(this.view.element);
    this.view.mount();
  }
}

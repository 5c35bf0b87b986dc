'use strict';

// A router in the way Express has it; every request adds a route.
class Layer {
  constructor(path, handle) {
    this.path = path;
    this.handle = handle;
  }
}

class Router {
  constructor() {
    this.stack = [];
  }

  use(path, handle) {
    this.stack.push(new Layer(path, handle));
  }
}

const app = { _router: new Router() };

class Visit {
  constructor(number) {
    this.page = `page ${number}`;
  }
}

function serve(visit) {
  app._router.use(`/${visit.page}`, (request, response) => response.end(visit.page));
}

exports.unit = async (number) => serve(new Visit(number));

class Manager {
  constructor() {
    this.handlers = [];
  }

  use(fulfilled, rejected, options) {
    this.handlers.push({ fulfilled, rejected, synchronous: options ? options.synchronous : false, runWhen: null });
    return this.handlers.length - 1;
  }
}

export function createClient() {
  return { interceptors: new Manager(), request: (config) => config };
}

export class Session {
  constructor(target) {
    this.user = null;
    this.ready = new Promise((resolve) => {
      target.addEventListener('session:ready', ({ detail }) => resolve((this.user = detail)), { once: true });
    });
  }
}

export class Uploader {
  #session;
  #sent = 0;

  constructor(session) {
    this.#session = session;
  }

  get sent() {
    return this.#sent;
  }

  /** Sends a reading as soon as somebody has signed in. */
  async send(reading) {
    await this.#session.ready;
    await this.#post(JSON.stringify({ ...reading, by: this.#session.user.name }));
    this.#sent += 1;
  }

  async #post(body) {
    const response = await fetch('/readings', { method: 'POST', body });
    if (!response.ok) throw new Error(`The server answered ${response.status}`);
  }
}

type Receive = (text: string) => void;

/** Alarms of the plant, of which there are a few in a year. */
class Alarms {
  #waiting: Receive[] = [];

  publish(text: string): void {
    for (const receive of this.#waiting.splice(0)) receive(text);
  }

  async *texts(): AsyncGenerator<string> {
    for (;;) {
      yield await new Promise<string>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }
}

export const alarms = new Alarms();

// One interface for each command, all on the same stream, none closed.

import readline from 'node:readline';
import { PassThrough } from 'node:stream';

const terminal = new PassThrough();
terminal.setMaxListeners(0);

class Command {
  constructor(number) {
    this.number = number;
    this.output = [];
  }

  read() {
    const lines = readline.createInterface({ input: terminal, terminal: false });
    lines.on('line', (line) => this.output.push(line.length + this.number));
  }
}

export async function work(number) {
  new Command(number).read();
  await null;
}

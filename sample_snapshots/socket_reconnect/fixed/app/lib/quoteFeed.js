'use strict';

const { EventEmitter } = require('node:events');
const net = require('node:net');

const RECONNECT_DELAY_MS = 2;

class FeedSession {
  constructor(number, symbols) {
    this.number = number;
    this.symbols = [...symbols];
    this.openedAt = null;
    this.received = 0;
    this.replayBuffer = Buffer.alloc(1024);
  }

  hello() {
    return `${JSON.stringify({ session: this.number, symbols: this.symbols })}\n`;
  }
}

/** Keeps one socket to the quote server and opens it again whenever the server hangs up. */
class QuoteFeed extends EventEmitter {
  constructor({ host, port, symbols }) {
    super();
    this.address = { host, port };
    this.symbols = symbols;
    this.sessionCount = 0;
    this.session = null;
    this.rest = '';
    this.socket = new net.Socket();
    this.socket.setEncoding('utf8');
    this.socket.on('connect', () => {
      this.session.openedAt = Date.now();
      this.socket.write(this.session.hello());
    });
    this.socket.on('data', (chunk) => this.receive(chunk));
    this.socket.on('error', () => {}); // 'close' follows and reconnects
    this.socket.on('close', () => {
      this.emit('down');
      setTimeout(() => this.start(), RECONNECT_DELAY_MS);
    });
  }

  start() {
    this.session = new FeedSession(++this.sessionCount, this.symbols);
    this.rest = '';
    this.socket.connect(this.address);
  }

  receive(chunk) {
    const lines = (this.rest + chunk).split('\n');
    this.rest = lines.pop();
    for (const line of lines) {
      this.session.received += 1;
      this.emit('quote', JSON.parse(line));
    }
  }
}

module.exports = { QuoteFeed };

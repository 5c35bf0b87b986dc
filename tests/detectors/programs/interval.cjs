'use strict';

// Closing a connection forgets its heartbeat.
class Connection {
  constructor(number) {
    this.name = `connection ${number}`;
    this.beats = 0;
  }

  open() {
    setInterval(() => { this.beats += 1; }, 1e6).unref();
  }

  close() {
    this.closed = true;
  }
}

exports.unit = async (number) => {
  const connection = new Connection(number);
  connection.open();
  connection.close();
};

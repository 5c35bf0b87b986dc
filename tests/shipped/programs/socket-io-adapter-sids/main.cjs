'use strict';

// A chat server without the network: sockets join and leave rooms, some after they closed.

const Adapter = require('socket.io-adapter');

class Namespace {
  constructor(name) {
    this.name = name;
    this.connected = {};
    this.server = { encoder: null };
    this.adapter = new Adapter(this);
  }
}

class ChatSocket {
  constructor(namespace, number) {
    this.id = `${namespace.name}#client-${number}`;
    this.namespace = namespace;
    namespace.connected[this.id] = this;
    namespace.adapter.add(this.id, this.id);
  }

  join(room) {
    this.namespace.adapter.add(this.id, room);
  }

  leave(room) {
    this.namespace.adapter.del(this.id, room);
  }

  close() {
    this.namespace.adapter.delAll(this.id);
    delete this.namespace.connected[this.id];
  }
}

const chat = new Namespace('/chat');

exports.work = async (number) => {
  const socket = new ChatSocket(chat, number);
  socket.join('lobby');
  socket.close();
  await null;
  // The handler of `disconnect` leaves what the socket had joined.
  socket.leave('lobby');
};

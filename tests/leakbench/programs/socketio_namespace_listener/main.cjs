'use strict';

// Each connection wants to hear of new rooms, and asks the adapter, which outlives it.

const http = require('node:http');
const { Server } = require('socket.io');
const { io: connect } = require('socket.io-client');

const server = http.createServer();
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false });
io.of('/').adapter.setMaxListeners(0);

io.on('connection', (socket) => {
  const seenRooms = [];
  io.of('/').adapter.on('create-room', (room) => {
    seenRooms.push(room);
    socket.emit('room', room);
  });
  socket.join(`lobby-${socket.id}`);
});

const listening = new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

exports.work = async () => {
  await listening;
  const client = connect(`http://127.0.0.1:${server.address().port}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  });
  await new Promise((resolve) => client.on('connect', resolve));
  client.close();
  await new Promise((resolve) => setTimeout(resolve, 3));
};

'use strict';

// A controller that listens to one device after the other. Broker and client live in one process.

const net = require('node:net');
const { promisify } = require('node:util');

const mqtt = require('mqtt');
const mqttConnection = require('mqtt-connection');

// Just enough of a broker: it acknowledges everything.
const broker = net.createServer((socket) => {
  const connection = mqttConnection(socket);
  connection.on('connect', () => connection.connack({ returnCode: 0, sessionPresent: false }));
  connection.on('subscribe', ({ messageId, subscriptions }) =>
    connection.suback({ messageId, granted: subscriptions.map(({ qos }) => qos) }),
  );
  connection.on('unsubscribe', ({ messageId }) => connection.unsuback({ messageId }));
  connection.on('pingreq', () => connection.pingresp());
  connection.on('error', () => socket.destroy());
});

const connected = new Promise((resolve, reject) => {
  broker.listen(0, '127.0.0.1', () => {
    const client = mqtt.connect(`mqtt://127.0.0.1:${broker.address().port}`);
    client.once('connect', () => resolve(client));
    client.once('error', reject);
  });
});

exports.work = async (number) => {
  const client = await connected;
  const topic = `devices/${number}/state`;
  await promisify(client.subscribe.bind(client))(topic, { qos: 1 });
  await promisify(client.unsubscribe.bind(client))(topic);
};

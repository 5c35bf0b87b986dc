// Positions of a ship, sent over one call that lasts as long as the voyage.

import { once } from 'node:events';

import grpc from '@grpc/grpc-js';

class Position {
  constructor(number) {
    this.latitude = 48 + number / 1000;
    this.longitude = 16 - number / 1000;
  }
}

const json = {
  serialize: (value) => Buffer.from(JSON.stringify(value)),
  deserialize: (bytes) => JSON.parse(bytes.toString()),
};

const definition = {
  track: {
    path: '/fleet.Fleet/Track',
    requestStream: true,
    responseStream: true,
    requestSerialize: json.serialize,
    requestDeserialize: json.deserialize,
    responseSerialize: json.serialize,
    responseDeserialize: json.deserialize,
  },
};

const server = new grpc.Server();
server.addService(definition, {
  track(call) {
    call.on('data', ({ latitude }) => call.write({ isNorth: latitude > 0 }));
    call.on('end', () => call.end());
  },
});
const port = await new Promise((resolve, reject) => {
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
    error ? reject(error) : resolve(bound),
  );
});
server.start();

const Fleet = grpc.makeGenericClientConstructor(definition, 'Fleet');
const fleet = new Fleet(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
const voyage = fleet.track();

export async function work(number) {
  voyage.write(new Position(number));
  await once(voyage, 'data');
}

'use strict';

// A health check over gRPC: a client for each check, closed when the answer is there.

const grpc = require('@grpc/grpc-js');

const json = {
  serialize: (value) => Buffer.from(JSON.stringify(value)),
  deserialize: (bytes) => JSON.parse(bytes.toString()),
};

const HEALTH = {
  Check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: json.serialize,
    requestDeserialize: json.deserialize,
    responseSerialize: json.serialize,
    responseDeserialize: json.deserialize,
  },
};

function serve() {
  // The other side does not count here.
  const server = new grpc.Server({ 'grpc.enable_channelz': 0 });
  server.addService(HEALTH, { Check: (_, callback) => callback(null, { status: 'SERVING' }) });
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) return reject(error);
      server.start();
      return resolve(port);
    });
  });
}

const Health = grpc.makeGenericClientConstructor(HEALTH, 'Health');
const served = serve();

exports.work = async (number) => {
  const port = await served;
  const client = new Health(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  await new Promise((resolve, reject) => {
    client.Check({ service: `service ${number}` }, (error) => (error ? reject(error) : resolve()));
  });
  client.close();
  await new Promise((resolve) => setTimeout(resolve, 2));
};

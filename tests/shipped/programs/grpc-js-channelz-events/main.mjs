// A greeting service behind a load balancer, which opens a connection now and then to see whether it is there.

import { once } from 'node:events';
import http2 from 'node:http2';

import grpc from '@grpc/grpc-js';

const text = { serialize: (value) => Buffer.from(value), deserialize: (bytes) => bytes.toString() };

const definition = {
  greet: {
    path: '/greeter.Greeter/Greet',
    requestStream: false,
    responseStream: false,
    requestSerialize: text.serialize,
    requestDeserialize: text.deserialize,
    responseSerialize: text.serialize,
    responseDeserialize: text.deserialize,
  },
};

const server = new grpc.Server();
server.addService(definition, {
  greet: ({ request }, callback) => callback(null, `hello ${request}`),
});

const port = await new Promise((resolve, reject) => {
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
    error ? reject(error) : resolve(bound),
  );
});
server.start();

export async function work() {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  await once(session, 'remoteSettings');
  session.close();
  await once(session, 'close');
}

// Each tenant has a channel of its own, which is closed when the tenant logs out.

import { once } from 'node:events';

import * as grpc from '@grpc/grpc-js';

const bytes = (value) => value;

const service = {
  upload: {
    path: '/files.Files/Upload',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  },
};

const server = new grpc.Server();
server.addService(service, { upload: (call, callback) => callback(null, Buffer.from('stored')) });
const port = await new Promise((resolve, reject) => {
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
    error ? reject(error) : resolve(bound),
  );
});
server.start();

const Files = grpc.makeGenericClientConstructor(service, 'Files');

class Tenant {
  constructor(number) {
    this.name = `tenant ${number}`;
    this.files = new Files(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  async upload(content) {
    const call = this.files.upload(Buffer.from(content), () => {});
    await once(call, 'status');
  }

  logOut() {
    this.files.close();
  }
}

export async function work(number) {
  const tenant = new Tenant(number);
  await tenant.upload(`report of ${tenant.name}`);
  tenant.logOut();
  await new Promise((resolve) => setImmediate(resolve));
}

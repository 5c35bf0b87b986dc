// Uploads in several steps. One that is given up half-way is never forgotten.

import { randomUUID } from 'node:crypto';

class UploadSession {
  #parts = [];

  constructor(fileName) {
    this.id = randomUUID();
    this.fileName = fileName;
    this.startedAt = Date.now();
  }

  add(part) {
    this.#parts.push(part);
  }

  get size() {
    return this.#parts.reduce((sum, part) => sum + part.length, 0);
  }
}

class UploadService {
  #sessions = new Map();
  #finished = 0;

  begin(fileName) {
    const session = new UploadSession(fileName);
    this.#sessions.set(session.id, session);
    return session.id;
  }

  append(id, part) {
    const session = this.#sessions.get(id);
    if (part === null) throw new Error(`connection lost during ${session.fileName}`);
    session.add(part);
  }

  finish(id) {
    this.#finished++;
    this.#sessions.delete(id);
  }
}

const service = new UploadService();

async function upload(fileName, parts) {
  const id = service.begin(fileName);
  for (const part of parts) service.append(id, part);
  service.finish(id);
}

export async function work(number) {
  await upload('complete.bin', [Buffer.alloc(100), Buffer.alloc(50)]);
  await upload(`lost-${number}.bin`, [Buffer.alloc(200), null]).catch(() => {});
}

// A long way from the module to the list that grows.

class AuditEntry {
  constructor(actor, action) {
    this.actor = actor;
    this.action = action;
    this.at = new Date();
  }
}

class BufferedSink {
  #held = { entries: [], level: 'info' };

  write(entry) {
    this.#held.entries.push(entry);
  }
}

class Application {
  constructor() {
    this.services = new Map([['audit', { sinks: [new BufferedSink()], enabled: true }]]);
  }

  get audit() {
    return this.services.get('audit');
  }
}

const application = new Application();

export async function work(number) {
  for (const sink of application.audit.sinks) sink.write(new AuditEntry(`user ${number}`, 'read'));
}

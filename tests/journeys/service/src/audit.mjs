class AuditEntry {
  constructor(customer, action) {
    this.customer = customer;
    this.action = action;
    this.at = new Date();
  }
}

const trail = [];

export function record(session, action) {
  trail.push(new AuditEntry(session.customer, action));
}

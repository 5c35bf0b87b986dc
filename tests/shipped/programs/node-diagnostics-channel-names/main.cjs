'use strict';

// Each tenant's events have a channel of their own while a report is made.
const channels = require('node:diagnostics_channel');

class TenantReport {
  constructor(tenant) {
    this.channel = `billing:tenant:${tenant}`;
    this.n_events = 0;
    this.count = () => this.n_events++;
  }

  async make() {
    channels.subscribe(this.channel, this.count);
    channels.channel(this.channel).publish({ amount: 1 });
    await null;
    channels.unsubscribe(this.channel, this.count);
    return this.n_events;
  }
}

exports.work = async (number) => {
  for (let part = 0; part < 5; part++) await new TenantReport(`${number}-${part}`).make();
};

const worker = new Worker('/queryWorker.js');

/** What a table in the worker contains, now and whenever it changes. */
export class LiveQuery {
  constructor(table, onRows) {
    this.table = table;
    this.onRows = onRows;
    this.updates = 0;
  }

  start() {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      this.updates++;
      this.onRows(data);
    };
    worker.postMessage(this.table, [port2]);
    return this;
  }
}

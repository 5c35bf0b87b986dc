'use strict';

// One signal for the whole process; every call listens to it and never stops.
const shutdown = new AbortController();
require('node:events').setMaxListeners(0, shutdown.signal);

class Download {
  constructor(number) {
    this.url = `/files/${number}`;
  }
}

function start(download, { signal }) {
  signal.addEventListener('abort', () => { download.cancelled = true; }, { once: true });
}

exports.unit = async (number) => start(new Download(number), shutdown);

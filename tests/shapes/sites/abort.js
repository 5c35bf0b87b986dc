const { setMaxListeners } = require('node:events');
setMaxListeners(0);
class Download { constructor(i) { this.url = `/files/${i}`; } }
const shutdown = new AbortController();
function stopWith(download) { shutdown.signal.addEventListener('abort', () => { download.url = ''; }); }
function unit(i) { stopWith(new Download(i)); }

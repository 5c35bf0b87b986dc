const { Writable } = require('node:stream');
class Measure { constructor(i) { this.text = `measure ${i}`; } }
const sink = new Writable({ objectMode: true, write() { /* The destination hangs. */ } });
function unit(i) { sink.write(new Measure(i)); }

class Trace { constructor(i) { this.text = `trace ${i}`; } }
globalThis.lastTraces = [];
function unit(i) { globalThis.lastTraces.push(new Trace(i)); }

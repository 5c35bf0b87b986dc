class Socket { constructor(i) { this.id = `socket ${i}`; } }
class State { constructor(i) { this.text = `state ${i} `.repeat(30); } }
const sockets = new Set();
const stateOf = new WeakMap();
const all = { known: { states: [] } };
function unit(i) { const socket = new Socket(i); sockets.add(socket); const state = new State(i); stateOf.set(socket, state); all.known.states.push(state); }

class Server { constructor() { this.name = 'main server'; } }
class Access { constructor(i) { this.url = `/users/${i}`; } }
const accessOf = new WeakMap();
const server = new Server();
accessOf.set(server, []);
function unit(i) { accessOf.get(server).push(new Access(i)); }

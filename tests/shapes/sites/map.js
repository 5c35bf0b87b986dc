class Session { constructor(i) { this.user = `user ${i}`; } }
const sessions = new Map();
function unit(i) { sessions.set(`key ${i}`, new Session(i)); }

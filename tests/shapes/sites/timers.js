class Client { constructor(i) { this.name = `client ${i}`; } }
function ping(client) { setInterval(() => { client.pinged = true; }, 3600000); }
function unit(i) { ping(new Client(i)); }

class Handle { constructor(i) { this.path = `/tmp/${i}`; } }
const registry = new FinalizationRegistry((handle) => { handle.path = ''; });
function unit(i) { const handle = new Handle(i); registry.register(handle, { handle }); }

class Call { constructor(i) { this.method = `method ${i}`; } }
const waiting = new Map();
async function request(i) {
  const call = new Call(i);
  call.answer = await new Promise((resolve) => { waiting.set(i, resolve); });
  return call;
}
function unit(i) { request(i); }

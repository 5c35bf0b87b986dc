class Lookup { constructor(i) { this.key = `lookup ${i}`; } }
let open;
const ready = new Promise((resolve) => { open = resolve; });
async function lookup(i) {
  const wanted = new Lookup(i);
  await ready;
  return wanted.key + open;
}
function unit(i) { lookup(i); }

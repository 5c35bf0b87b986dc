class Payload { constructor(i) { this.rows = new Array(500).fill(i); this.label = 'payload ' + i; } }
const kept = [];
function makeHandler(i) {
  const big = new Payload(i); const small = { id: i };
  const report = () => big.rows.length; report();
  return function handler() { return small.id; };
}
export default { async fetch(request) { for (let i = 0; i < 20; i++) kept.push(makeHandler(i)); return new Response('ok ' + kept.length); } };

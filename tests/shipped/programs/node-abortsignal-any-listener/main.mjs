// Each request may be ended by its client or by its deadline, whichever comes first.
class Deadline extends EventTarget {}

function handle(number) {
  const client = new AbortController();
  const deadline = new AbortController();
  const either = AbortSignal.any([client.signal, deadline.signal]);
  const order = { number, total: number * 1.19, note: `order ${number}` };
  either.addEventListener('abort', () => {
    order.note = 'cancelled';
  });
  return new Deadline() && order.total;
}

export async function work(number) {
  for (let part = 0; part < 10; part++) handle(10 * number + part);
  await new Promise(setImmediate);
}

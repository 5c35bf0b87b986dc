// One unit: an order of twelve parcels, and the printer, which is no faster than that, fetches its next work once.

const PARCELS_PER_ORDER = 12;

export async function work(unit, { request }) {
  await request('POST', `/orders?order=order-${unit}&parcels=${PARCELS_PER_ORDER}`);
  await request('POST', '/printer');
}

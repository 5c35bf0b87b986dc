// One unit: one order.

export async function work(unit, { request }) {
  await request('POST', `/orders?sku=sku-${unit % 12}&quantity=${3 + (unit % 5)}`);
  if (unit % 10 === 0) await request('GET', '/health');
}

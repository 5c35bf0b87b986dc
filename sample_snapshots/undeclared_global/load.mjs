// One unit: a customer puts two things into a basket and checks out (three requests, so three spans).

export async function work(unit, { request }) {
  const headers = { 'x-request-id': `request-${unit}`, 'user-agent': 'shop-app/4.2' };
  await request('POST', `/add?basket=b${unit}&sku=sku-${unit % 40}`, headers);
  await request('POST', `/add?basket=b${unit}&sku=sku-${(unit * 3) % 40}`, headers);
  await request('POST', `/checkout?basket=b${unit}`, headers);
}

// One unit: the rates of one more day are loaded, and two clients convert an amount.

const CURRENCIES = ['USD', 'GBP', 'CHF', 'JPY', 'SEK'];

export async function work(unit, { request }) {
  await request('POST', `/rates/refresh?day=${unit + 1}`);
  await request('GET', `/convert?amount=${unit}&currency=${CURRENCIES[unit % CURRENCIES.length]}`);
  await request('GET', '/convert?amount=10');
}

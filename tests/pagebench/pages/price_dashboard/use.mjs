export async function use(number, settle) {
  const prices = ['ABC', 'DEF', 'GHI'].map((symbol) => ({ symbol, price: 100 + (number % 7) }));
  const data = JSON.stringify(prices);
  window.dispatchEvent(new MessageEvent('message', { data }));
  await settle();
}

// Rules are loaded anew by importing them with a number behind the question mark.

const rulesFile = new URL('./rules.mjs', import.meta.url).href;

let active = null;

async function reload(version) {
  active = await import(`${rulesFile}?version=${version}`);
}

export async function work(number) {
  await reload(number);
  return active.priceOf({ weight: number % 40, zone: 1 });
}

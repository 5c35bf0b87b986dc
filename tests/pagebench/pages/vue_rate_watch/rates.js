import { reactive } from 'vue';

export const rates = reactive({ EUR: 1, USD: 1.08, GBP: 0.86, CHF: 0.95, SEK: 11.2 });

let announce;
export const firstRates = new Promise((resolve) => {
  announce = resolve;
});

export function startRates() {
  setTimeout(announce, 20);
  setInterval(() => {
    for (const currency of Object.keys(rates)) rates[currency] *= 1 + (Math.random() - 0.5) / 1000;
  }, 5000);
}

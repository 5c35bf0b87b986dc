import Alpine from 'alpinejs';

const RATES = { EUR: 1, CHF: 0.94 };

/** `x-money="euros"` shows an amount in the currency of the reader. */
export function money(element, { expression }, { evaluate }) {
  const euros = evaluate(expression);
  Alpine.effect(() => {
    const { currency } = Alpine.store('money');
    element.textContent = `${currency} ${(euros * RATES[currency]).toFixed(2)}`;
  });
}

import { signal } from '@preact/signals';

export const basket = signal([]);

export function add(article) {
  basket.value = [...basket.value, article].slice(-5);
}

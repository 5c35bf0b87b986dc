import { ref } from 'vue';

import { useBasketStore } from './basketStore';

/** Says when the basket was changed while a product was open. */
export function useSavedHint(product: string) {
  const basket = useBasketStore();
  const hint = ref('');
  basket.$subscribe((mutation, state) => (hint.value = `${product}: ${state.amount} in the basket`), { detached: true });
  return { basket, hint };
}

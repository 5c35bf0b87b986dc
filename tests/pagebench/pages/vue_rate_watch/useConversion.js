import { onMounted, ref, watch } from 'vue';

import { firstRates, rates } from './rates';

export function useConversion(amount, currency) {
  const converted = ref(0);

  onMounted(async () => {
    await firstRates;
    watch(
      () => rates[currency],
      (rate) => {
        converted.value = Math.round(amount * rate * 100) / 100;
      },
      { immediate: true },
    );
  });

  return converted;
}

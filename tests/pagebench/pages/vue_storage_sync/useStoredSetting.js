import { ref, watch } from 'vue';

import { signal } from './lifetime';

/** A setting that is the same in all tabs. */
export function useStoredSetting(key, initial) {
  const setting = ref(JSON.parse(localStorage.getItem(key)) ?? initial);

  window.addEventListener(
    'storage',
    (event) => {
      if (event.key === key) setting.value = JSON.parse(event.newValue) ?? initial;
    },
    { signal },
  );

  watch(setting, (value) => localStorage.setItem(key, JSON.stringify(value)));
  return setting;
}

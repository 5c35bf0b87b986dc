import { createEffect, createRoot, onCleanup } from 'solid-js';

import { width } from './viewport.js';

/** Shows a text beside the page, and returns what takes it away. */
export function openHint(text) {
  return createRoot((dispose) => {
    const hint = document.createElement('aside');
    hint.textContent = text;
    document.body.append(hint);
    createEffect(() => hint.classList.toggle('narrow', width() < 600));
    onCleanup(() => hint.remove());
    return dispose;
  });
}

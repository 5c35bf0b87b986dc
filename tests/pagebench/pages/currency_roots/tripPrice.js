import { createEffect, createRoot } from 'solid-js';

import { rate } from './currency';

/** An element outside of JSX that follows the rate. */
export function tripPrice({ euros }) {
  const element = document.createElement('strong');
  createRoot(() => {
    createEffect(() => {
      element.textContent = (euros * rate()).toFixed(2);
    });
  });
  return element;
}

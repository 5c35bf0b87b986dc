import { mount } from 'svelte';

import Toast from './Toast.svelte';

/** Shows a text until somebody clicks on it; for scripts that are not components. */
export function notify(text, onUndo) {
  const host = document.createElement('div');
  const dismiss = () => host.remove();
  document.querySelector('#toasts').append(host);
  mount(Toast, { target: host, props: { text, onUndo, dismiss } });
}

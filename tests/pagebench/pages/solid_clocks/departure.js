import { createSignal, onMount } from 'solid-js';
import html from 'solid-js/html';

export function Departure(props) {
  const [minutes, setMinutes] = createSignal(12);
  onMount(() => {
    setInterval(function countDown() {
      setMinutes((left) => left - 1);
    }, 60_000);
  });
  return html`<p>Line ${() => props.line} leaves in ${minutes} minutes</p>`;
}

import { createSignal, onCleanup, onMount } from 'solid-js';
import html from 'solid-js/html';

import { whenSeen } from './visibility';

export function Photo(props) {
  const [isSeen, setSeen] = createSignal(false);
  let figure;
  onMount(() => onCleanup(whenSeen(figure, () => setSeen(true))));
  return html`
    <figure ref=${(element) => (figure = element)}>
      <div style="width: 40px; height: 30px; background: silver"></div>
      <figcaption>${() => props.title}${() => (isSeen() ? ', seen' : '')}</figcaption>
    </figure>
  `;
}

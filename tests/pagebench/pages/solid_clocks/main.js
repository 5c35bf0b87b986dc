import { Show, createSignal } from 'solid-js';
import html from 'solid-js/html';
import { render } from 'solid-js/web';

import { Departure } from './departure.js';

function Board() {
  const [line, setLine] = createSignal(0);
  let last = 0;
  return html`
    <button id="open" onClick=${() => setLine(++last)}>Open</button>
    <button id="close" onClick=${() => setLine(0)}>Close</button>
    <${Show} when=${line} keyed>${(number) => html`<${Departure} line=${number} />`}<//>
  `;
}

render(Board, document.getElementById('root'));

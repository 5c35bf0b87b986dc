import { Show, createSignal } from 'solid-js';
import html from 'solid-js/html';
import { render } from 'solid-js/web';

import { tripPrice } from './tripPrice';

function Trips() {
  const [trip, setTrip] = createSignal(null);
  let last = 0;
  const open = () => setTrip({ name: `Trip ${++last}`, euros: 40 + (last % 90) });
  return html`
    <button id="open" onClick=${open}>Open</button>
    <button id="close" onClick=${() => setTrip(null)}>Close</button>
    <${Show} when=${trip} keyed>${(shown) => html`<section><h2>${shown.name}</h2>${tripPrice(shown)}</section>`}<//>
  `;
}

render(Trips, document.getElementById('root'));

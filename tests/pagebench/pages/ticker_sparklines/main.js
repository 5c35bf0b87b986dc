import { Show, createSignal } from 'solid-js';
import html from 'solid-js/html';
import { render } from 'solid-js/web';

import { Sparkline } from './sparkline';

function Sensors() {
  const [sensor, setSensor] = createSignal(null);
  let last = 0;
  const open = () => {
    const number = ++last;
    setSensor({ name: `Sensor ${number}`, points: [1, 2, 3, 4, 5].map((factor) => (number * factor) % 7) });
  };
  return html`
    <button id="open" onClick=${open}>Open</button>
    <button id="close" onClick=${() => setSensor(null)}>Close</button>
    <${Show} when=${sensor} keyed>${(shown) => html`<${Sparkline} sensor=${shown} />`}<//>
  `;
}

render(Sensors, document.getElementById('root'));

import { For, Show, createMemo, createSignal, onCleanup } from 'solid-js';
import html from 'solid-js/html';

import { track } from './analytics.js';

const articles = Array.from({ length: 100 }, (_, place) => ({ name: `Lamp ${place}`, watts: 4 + (place % 9) }));

function Offer(props) {
  const [seconds, setSeconds] = createSignal(30);
  const timer = setInterval(() => setSeconds((left) => left - 1), 1000);
  onCleanup(() => clearInterval(timer));
  const decline = (event) => {
    track('offer-declined', event);
    props.onClose();
  };
  return html`<dialog open>
    <h2>${() => props.article.name}</h2>
    <p>${() => props.article.watts} W, ${seconds} s left</p>
    <button onClick=${decline}>No, thanks</button>
  </dialog>`;
}

export function Shop() {
  const [offer, setOffer] = createSignal(null);
  const bright = createMemo(() => articles.filter(({ watts }) => watts > 9));
  let shown = 0;
  return html`
    <button id="open" onClick=${() => setOffer(articles[shown++ % articles.length])}>Offer</button>
    <ul><${For} each=${bright}>${(article) => html`<li>${article.name}</li>`}<//></ul>
    <${Show} when=${offer} keyed>
      ${(article) => html`<${Offer} article=${article} onClose=${() => () => setOffer(null)} />`}
    <//>
  `;
}

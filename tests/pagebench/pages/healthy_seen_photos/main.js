import { For, createSignal } from 'solid-js';
import html from 'solid-js/html';
import { render } from 'solid-js/web';

import { Photo } from './photo';

function Gallery() {
  const [titles, setTitles] = createSignal([]);
  let last = 0;
  const open = () => setTitles([1, 2, 3, 4].map(() => `Photo ${++last}`));
  return html`
    <button id="open" onClick=${open}>Open</button>
    <button id="close" onClick=${() => setTitles([])}>Close</button>
    <${For} each=${titles}>${(title) => html`<${Photo} title=${title} />`}<//>
  `;
}

render(Gallery, document.getElementById('root'));

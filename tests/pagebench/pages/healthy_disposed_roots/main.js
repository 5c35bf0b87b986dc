import html from 'solid-js/html';
import { render } from 'solid-js/web';

import { openHint } from './hints.js';

let close = null;
let last = 0;

function Table() {
  const open = () => {
    close?.();
    close = openHint(`Column ${++last}`);
  };
  const leave = () => {
    close?.();
    close = null;
  };
  return html`<button id="open" onClick=${open}>Hint</button><button id="close" onClick=${leave}>Leave</button>`;
}

render(Table, document.getElementById('root'));

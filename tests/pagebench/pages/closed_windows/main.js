import { For } from 'solid-js';
import html from 'solid-js/html';
import { render } from 'solid-js/web';

import { closeWindow, openWindow, shownWindows } from './deskStore.js';
import { NoteWindow } from './noteWindow.js';

let last = 0;

function Desk() {
  const close = () => closeWindow(shownWindows()[0].id);
  return html`
    <button id="open" onClick=${() => openWindow(`Note ${++last}`)}>New</button>
    <button id="close" onClick=${close}>Close</button>
    <${For} each=${shownWindows}>${(note) => html`<${NoteWindow} note=${note} />`}<//>
  `;
}

render(Desk, document.getElementById('root'));

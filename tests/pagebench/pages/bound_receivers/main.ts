import { html, nothing, render } from 'lit';
import { keyed } from 'lit/directives/keyed.js';

import './cursorBadge';

const main = document.querySelector<HTMLElement>('main')!;
let last = 0;

function show(plan: string | null) {
  render(plan ? keyed(plan, html`<h2>${plan}</h2><cursor-badge .plan=${plan}></cursor-badge>`) : nothing, main);
}

document.querySelector('#open')!.addEventListener('click', () => show(`Plan ${++last}`));
document.querySelector('#close')!.addEventListener('click', () => show(null));

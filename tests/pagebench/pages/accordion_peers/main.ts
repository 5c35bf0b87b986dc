import { html, nothing, render } from 'lit';
import { keyed } from 'lit/directives/keyed.js';

import './faqEntry';

const main = document.querySelector<HTMLElement>('main')!;
let last = 0;

function show(number: number | null) {
  render(number ? keyed(number, html`<faq-entry .question=${`Question ${number}?`}></faq-entry>`) : nothing, main);
}

document.querySelector('#open')!.addEventListener('click', () => show(++last));
document.querySelector('#close')!.addEventListener('click', () => show(null));

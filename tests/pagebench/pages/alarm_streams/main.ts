import { html, nothing, render } from 'lit';
import { keyed } from 'lit/directives/keyed.js';

import './pumpAlarm';
import { alarms } from './alarms';

const main = document.querySelector<HTMLElement>('main')!;
let last = 0;

function show(pump: number | null) {
  render(pump ? keyed(pump, html`<pump-alarm .pump=${pump}></pump-alarm>`) : nothing, main);
}

document.querySelector('#open')!.addEventListener('click', () => show(++last));
document.querySelector('#close')!.addEventListener('click', () => show(null));
window.addEventListener('message', ({ data }) => {
  if (data?.kind === 'alarm') alarms.publish(data.text);
});

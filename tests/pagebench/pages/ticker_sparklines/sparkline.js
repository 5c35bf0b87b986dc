import { onMount } from 'solid-js';
import html from 'solid-js/html';

import { drawLine } from './draw';
import { ticker } from './ticker';

export function Sparkline(props) {
  let canvas;
  onMount(() => {
    const context = canvas.getContext('2d');
    const points = props.sensor.points;
    ticker.add((time) => drawLine(context, points, time));
  });
  return html`
    <figure>
      <canvas ref=${(element) => (canvas = element)} width="60" height="20"></canvas>
      <figcaption>${() => props.sensor.name}</figcaption>
    </figure>
  `;
}

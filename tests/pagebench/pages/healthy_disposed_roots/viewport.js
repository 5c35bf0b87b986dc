import { createSignal } from 'solid-js';

export const [width, setWidth] = createSignal(window.innerWidth);

window.addEventListener('resize', () => setWidth(window.innerWidth));

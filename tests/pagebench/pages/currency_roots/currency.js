import { createSignal } from 'solid-js';

/** How much a euro is in what the reader pays with. */
export const [rate, setRate] = createSignal(1.1);

import { mount } from 'svelte';

import Stock from './Stock.svelte';

mount(Stock, { target: document.getElementById('root') });

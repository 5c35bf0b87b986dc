import { mount } from 'svelte';

import Composer from './Composer.svelte';

mount(Composer, { target: document.getElementById('root')! });

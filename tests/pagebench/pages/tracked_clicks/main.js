import { render } from 'solid-js/web';

import { Shop } from './shop.js';

render(Shop, document.getElementById('root'));

import Alpine from 'alpinejs';

import { money } from './money.js';

Alpine.store('money', { currency: 'EUR' });
Alpine.directive('money', money);
Alpine.start();

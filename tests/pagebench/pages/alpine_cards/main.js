import Alpine from 'alpinejs';

import { offerCard } from './offerCard.js';

Alpine.store('seen', { articles: [] });
Alpine.data('offerCard', offerCard);
Alpine.start();

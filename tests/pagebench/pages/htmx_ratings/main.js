import 'htmx.org';

import { averageStars, prepareRatings } from './ratings.js';

const panel = document.querySelector('#panel');
new MutationObserver(() => {
  prepareRatings(panel);
  document.title = `${averageStars()} stars`;
}).observe(panel, { childList: true });

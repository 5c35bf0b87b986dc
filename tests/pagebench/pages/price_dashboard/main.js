import { Feed } from './feed.js';

const latest = document.querySelector('#latest');
const feed = new Feed((quotes) => {
  latest.textContent = quotes.map((quote) => `${quote.symbol} ${quote.price}`).join(', ');
});
latest.dataset.started = feed.series.started;

const BATCH = 24;

class Impression {
  constructor(offer, element) {
    this.offer = offer;
    this.width = element.offsetWidth;
    this.at = Date.now();
    this.path = [document.title, offer.kind, offer.title];
  }
}

/** What was seen and is not sent yet. */
let waiting = [];

export function seen(offer, element) {
  waiting.push(new Impression(offer, element));
  if (waiting.length >= BATCH) flush();
}

export function flush() {
  const batch = waiting;
  waiting = [];
  navigator.sendBeacon('/impressions', JSON.stringify(batch));
}

addEventListener('pagehide', flush);

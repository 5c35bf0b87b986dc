class CardVisit {
  constructor(card, element) {
    this.card = card;
    this.element = element;
    this.openedAt = performance.now();
  }

  isLong() {
    return performance.now() - this.openedAt > 60_000;
  }
}

const visits = [];

export function trackCard(card, element) {
  visits.push(new CardVisit(card, element));
}

export function longVisits() {
  return visits.filter((visit) => visit.isLong()).length;
}

setInterval(() => (document.title = `Board (${longVisits()} long visits)`), 30_000);

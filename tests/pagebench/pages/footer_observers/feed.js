import { entriesOf } from './entries.js';

export class Feed {
  constructor(topic, element) {
    this.topic = topic;
    this.element = element;
    this.entries = [];
  }

  start() {
    this.more();
    this.endOfPage = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting) && this.entries.length < 6) this.more();
    });
    this.endOfPage.observe(document.querySelector('footer'));
  }

  more() {
    const entries = entriesOf(this.topic, this.entries.length);
    this.entries.push(...entries);
    this.element.append(...entries.map((entry) => Object.assign(document.createElement('p'), { textContent: entry.text })));
  }

  stop() {
    this.element.replaceChildren();
  }
}

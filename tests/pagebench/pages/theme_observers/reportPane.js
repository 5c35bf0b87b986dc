import { colorsOf } from './colors.js';

export class ReportPane {
  constructor(title) {
    this.title = title;
    this.element = document.createElement('section');
    const heading = this.element.appendChild(document.createElement('h2'));
    heading.textContent = title;
    this.element.appendChild(document.createElement('p')).textContent = 'Twelve orders, two returns.';
    this.paint();
    this.followTheme();
  }

  followTheme() {
    this.observer = new MutationObserver(() => this.paint());
    this.observer.observe(document.body, { attributes: true, attributeFilter: ['data-theme'] });
  }

  paint() {
    const { paper, ink } = colorsOf(document.body.dataset.theme);
    this.element.style.background = paper;
    this.element.style.color = ink;
  }

  remove() {
    this.element.remove();
  }
}

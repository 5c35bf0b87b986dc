import { narrow, reducedMotion } from './breakpoints.js';

const VISIBLE = { wide: 6, narrow: 2 };

export class OverflowToolbar {
  constructor(actions) {
    this.actions = actions;
    this.element = document.createElement('div');
    this.element.setAttribute('role', 'toolbar');
    this.followWidth();
    this.layOut();
  }

  followWidth() {
    narrow.addEventListener('change', () => this.layOut());
  }

  layOut() {
    const visible = narrow.matches ? VISIBLE.narrow : VISIBLE.wide;
    this.element.classList.toggle('still', reducedMotion.matches);
    this.element.replaceChildren(
      ...this.actions.slice(0, visible).map((action) => button(action)),
      menu(this.actions.slice(visible)),
    );
  }
}

function button({ label, run }) {
  const element = document.createElement('button');
  element.textContent = label;
  element.addEventListener('click', run);
  return element;
}

function menu(actions) {
  const details = document.createElement('details');
  details.append(document.createElement('summary'), ...actions.map((action) => button(action)));
  return details;
}

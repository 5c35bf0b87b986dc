'use strict';

class HomeView {
  constructor() {
    this.element = document.createElement('section');
    this.element.textContent = 'Welcome';
  }

  mount() {}

  unmount() {}
}

/** A bar for each month, as wide as the window allows. */
class SalesView {
  constructor() {
    this.months = Array.from({ length: 12 }, (_, month) => ({ month, total: 40 + ((month * 31) % 60) }));
    this.element = document.createElement('section');
    this.element.className = 'sales';
    for (const { total } of this.months) {
      const bar = document.createElement('meter');
      bar.value = total / 100;
      this.element.append(bar);
    }
  }

  mount() {
    this.onResize = () => this.fit();
    window.addEventListener('resize', this.onResize);
    this.fit();
  }

  fit() {
    for (const bar of this.element.children) bar.style.width = `${window.innerWidth / 12}px`;
  }

  unmount() {
    window.removeEventListener('resize', this.onResize);
    this.months = null;
  }
}

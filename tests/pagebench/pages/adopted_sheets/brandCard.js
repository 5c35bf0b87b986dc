import { applyTheme } from './theming.js';

class BrandCard extends HTMLElement {
  connectedCallback() {
    const { name, hue } = this.brand;
    const scope = `brand-${name.replaceAll(' ', '-').toLowerCase()}`;
    this.className = scope;
    applyTheme(scope, hue);
    const title = document.createElement('h2');
    title.textContent = name;
    this.replaceChildren(title);
  }
}

customElements.define('brand-card', BrandCard);

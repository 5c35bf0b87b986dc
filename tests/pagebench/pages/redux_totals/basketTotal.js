import { selectTotal, store } from './basketStore.js';

class BasketTotal extends HTMLElement {
  #shown = NaN;

  connectedCallback() {
    this.#update();
    store.subscribe(() => this.#update());
  }

  #update() {
    const total = selectTotal(store.getState());
    if (total === this.#shown) return;
    this.#shown = total;
    this.textContent = `Total: ${total.toFixed(2)} ${store.getState().currency}`;
  }
}

customElements.define('basket-total', BasketTotal);

export class GridCell extends HTMLElement {
  static #all = new Set();

  static recolour(theme) {
    for (const cell of GridCell.#all) cell.dataset.theme = theme;
  }

  connectedCallback() {
    GridCell.#all.add(this);
    this.attachShadow({ mode: 'open' }).append(document.createElement('slot'));
  }
}

customElements.define('grid-cell', GridCell);

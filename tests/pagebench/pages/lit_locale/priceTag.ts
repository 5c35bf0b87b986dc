import { LitElement, html } from 'lit';

import { LocaleController } from './localeController';

export class PriceTag extends LitElement {
  static properties = { product: { type: String }, amount: { type: Number } };

  declare product: string;
  declare amount: number;

  private readonly locale = new LocaleController(this);

  render() {
    return html`<strong>${this.product}</strong> <span>${this.locale.format(this.amount)}</span>`;
  }
}

customElements.define('price-tag', PriceTag);

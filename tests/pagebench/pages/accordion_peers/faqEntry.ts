import { LitElement, html } from 'lit';

import { join, openOnly } from './exclusive';

export class FaqEntry extends LitElement {
  static properties = { question: { type: String }, isOpen: { state: true } };

  declare question: string;
  declare isOpen: boolean;

  constructor() {
    super();
    this.isOpen = false;
  }

  firstUpdated(): void {
    join('faq', this);
  }

  render() {
    return html`<button @click=${() => openOnly('faq', this)}>${this.question}</button>
      ${this.isOpen ? html`<p>Ask the front desk.</p>` : ''}`;
  }
}

customElements.define('faq-entry', FaqEntry);

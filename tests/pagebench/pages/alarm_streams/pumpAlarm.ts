import { LitElement, html } from 'lit';
import { asyncReplace } from 'lit/directives/async-replace.js';

import { alarms } from './alarms';

export class PumpAlarm extends LitElement {
  static properties = { pump: { type: Number } };

  declare pump: number;
  #texts = alarms.texts();

  render() {
    return html`<h3>Pump ${this.pump}</h3>
      <p>${asyncReplace(this.#texts, (text) => html`<strong>${this.pump}: ${text}</strong>`)}</p>`;
  }
}

customElements.define('pump-alarm', PumpAlarm);

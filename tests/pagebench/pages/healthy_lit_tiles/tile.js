import { LitElement, html } from 'lit';

export class WeatherTile extends LitElement {
  static properties = { town: {}, unit: { state: true } };

  #onUnit = (event) => {
    this.unit = event.detail;
  };

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener('unit-change', this.#onUnit);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('unit-change', this.#onUnit);
  }

  render() {
    return html`<h3>${this.town}</h3><p>21 °${this.unit ?? 'C'}</p>`;
  }
}

customElements.define('weather-tile', WeatherTile);

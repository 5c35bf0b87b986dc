import { LitElement, html } from 'lit';

export class WeatherTile extends LitElement {
  static properties = { town: {}, unit: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener('unit-change', (event) => {
      this.unit = event.detail;
    });
  }

  render() {
    return html`<h3>${this.town}</h3><p>21 °${this.unit ?? 'C'}</p>`;
  }
}

customElements.define('weather-tile', WeatherTile);

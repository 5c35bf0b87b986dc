import { LitElement, html } from 'lit';

import { channel, type CursorMessage } from './cursorChannel';

export class CursorBadge extends LitElement {
  static properties = { plan: { type: String }, people: { state: true } };

  declare plan: string;
  declare people: Set<string>;

  constructor() {
    super();
    this.people = new Set();
  }

  connectedCallback(): void {
    super.connectedCallback();
    channel.addEventListener('message', this.receive.bind(this));
  }

  disconnectedCallback(): void {
    channel.removeEventListener('message', this.receive.bind(this));
    super.disconnectedCallback();
  }

  receive({ data }: MessageEvent<CursorMessage>): void {
    if (data.plan === this.plan) this.people = new Set([...this.people, data.person]);
  }

  render() {
    return html`<span>${this.people.size} people look at ${this.plan}</span>`;
  }
}

customElements.define('cursor-badge', CursorBadge);

import type { ReactiveController, ReactiveControllerHost } from 'lit';

import { localeStore } from './localeStore';

/** Renders its element again when the language changes. */
export class LocaleController implements ReactiveController {
  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    localeStore.addEventListener('locale-change', () => this.host.requestUpdate());
  }

  format(amount: number): string {
    return localeStore.format.format(amount);
  }
}

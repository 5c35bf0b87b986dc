import { ApplicationRef, Injectable, createComponent, inject } from '@angular/core';

import { ConfirmDialog } from './confirmDialog.js';

/** Shows dialogs outside of the component that asks for them. */
export class Dialogs {
  application = inject(ApplicationRef);

  open(question) {
    const host = document.createElement('confirm-dialog');
    document.body.append(host);
    const dialog = createComponent(ConfirmDialog, {
      environmentInjector: this.application.injector,
      hostElement: host,
    });
    dialog.instance.question = question;
    dialog.instance.close = () => host.remove();
    this.application.attachView(dialog.hostView);
  }
}

Injectable({ providedIn: 'root' })(Dialogs);

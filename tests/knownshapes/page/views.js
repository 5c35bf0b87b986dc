import '@angular/compiler';

import { Component, createComponent } from '@angular/core';
import { createApplication } from '@angular/platform-browser';

class Dialog {}

Component({ selector: 'kept-dialog', template: '<p>Delete the file?</p>' })(Dialog);

export async function views() {
  const application = await createApplication();
  const host = document.createElement('kept-dialog');
  document.body.append(host);
  const dialog = createComponent(Dialog, { environmentInjector: application.injector, hostElement: host });
  application.attachView(dialog.hostView);
  return { 'angular-view': dialog.hostView };
}

import 'zone.js';
import '@angular/compiler';

import { Component, inject, provideZoneChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';

import { Dialogs } from './dialogs.js';

class App {
  dialogs = inject(Dialogs);
  last = 0;

  ask() {
    this.dialogs.open(`Delete file ${++this.last}?`);
  }
}

Component({
  selector: 'app-root',
  template: `<button id="open" (click)="ask()">Delete</button>`,
})(App);

bootstrapApplication(App, { providers: [provideZoneChangeDetection()] });

import 'zone.js';
import '@angular/compiler';

import { Component, provideZoneChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';

import { OrderPanel } from './orderPanel.js';

class App {
  isOpen = false;
}

Component({
  selector: 'app-root',
  imports: [OrderPanel],
  template: `
    <button id="open" (click)="isOpen = true">Open</button>
    <button id="close" (click)="isOpen = false">Close</button>
    @if (isOpen) { <order-panel /> }
  `,
})(App);

bootstrapApplication(App, { providers: [provideZoneChangeDetection()] });

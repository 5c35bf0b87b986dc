import 'zone.js';
import '@angular/compiler';

import { Component, provideZoneChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';

import { ShiftClock } from './shift.js';

class App {
  isOpen = false;
}

Component({
  selector: 'app-root',
  imports: [ShiftClock],
  template: `
    <button id="open" (click)="isOpen = true">Open</button>
    <button id="close" (click)="isOpen = false">Close</button>
    @if (isOpen) { <shift-clock /> }
  `,
})(App);

bootstrapApplication(App, { providers: [provideZoneChangeDetection()] });

import 'zone.js';
import '@angular/compiler';

import { Component, provideZoneChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';

import { SettingsTab } from './tab.js';

class App {
  isOpen = false;
}

Component({
  selector: 'app-root',
  imports: [SettingsTab],
  template: `
    <button id="open" (click)="isOpen = true">Open</button>
    <button id="close" (click)="isOpen = false">Close</button>
    @if (isOpen) { <settings-tab /> }
  `,
})(App);

bootstrapApplication(App, { providers: [provideZoneChangeDetection()] });

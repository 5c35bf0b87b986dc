import { Component } from '@angular/core';
import { BehaviorSubject } from 'rxjs';

const settings = new BehaviorSubject({ dense: true });

export class SettingsTab {
  dense = false;

  ngOnInit() {
    this.subscription = settings.subscribe(({ dense }) => {
      this.dense = dense;
    });
    this.interval = setInterval(() => this.save(), 60_000);
  }

  ngOnDestroy() {
    this.subscription.unsubscribe();
    clearInterval(this.interval);
  }

  save() {
    settings.next({ dense: this.dense });
  }
}

Component({ selector: 'settings-tab', template: '<p>Dense: {{ dense }}</p>' })(SettingsTab);

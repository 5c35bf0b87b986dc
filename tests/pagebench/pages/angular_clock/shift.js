import { Component } from '@angular/core';

export class ShiftClock {
  minutes = 0;

  ngOnInit() {
    setInterval(() => {
      this.minutes += 1;
    }, 60_000);
  }
}

Component({ selector: 'shift-clock', template: '<p>{{ minutes }} minutes</p>' })(ShiftClock);

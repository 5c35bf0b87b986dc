import { Component, inject } from '@angular/core';

import { Orders } from './orders.js';

export class OrderPanel {
  orders = inject(Orders);
  state = 'open';

  ngOnInit() {
    this.orders.changes.subscribe((change) => {
      this.state = change.state;
    });
  }
}

Component({ selector: 'order-panel', template: '<section><h2>Order</h2><p>{{ state }}</p></section>' })(OrderPanel);

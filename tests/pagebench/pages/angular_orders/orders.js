import { Injectable } from '@angular/core';
import { Subject } from 'rxjs';

export class Orders {
  changes = new Subject();
}

Injectable({ providedIn: 'root' })(Orders);

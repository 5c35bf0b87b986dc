import { Model } from './model.js';

export class InvoiceLine extends Model {
  get total() {
    return this.get('price') * this.get('amount');
  }
}

export class Invoice extends Model {
  get total() {
    return this.get('lines').reduce((sum, line) => sum + line.total, 0);
  }
}

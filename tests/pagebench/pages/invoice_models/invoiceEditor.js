import { Invoice, InvoiceLine } from './invoice.js';

export class InvoiceEditor {
  constructor(number) {
    const lines = [3, 5, 8].map((amount) => new InvoiceLine({ amount, price: 10 + (number % 7) }));
    this.invoice = new Invoice({ number, lines });
  }

  render() {
    this.element = document.createElement('form');
    this.element.textContent = `Invoice ${this.invoice.get('number')}: ${this.invoice.total}`;
    return this.element;
  }

  close() {
    this.element.remove();
  }
}

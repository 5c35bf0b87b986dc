// A list of orders that is drawn anew again and again. Each row adds a listener to the window.

const list = document.querySelector('#list');

class OrderRow {
  constructor(number) {
    this.number = number;
    this.details = Array.from({ length: 20 }, (_, line) => ({ line, text: `line ${line} of ${number}` }));
    this.element = document.createElement('article');
    this.element.append(document.createElement('h2'), `Order ${number}`);
    list.append(this.element);
    // Nothing removes it, so the row outlives its place in the document.
    window.addEventListener('resize', () => this.layOut());
  }

  layOut() {
    this.element.style.width = `${window.innerWidth}px`;
  }

  remove() {
    this.element.remove();
  }
}

let shown = [];
let number = 0;

window.showOrders = function showOrders(count) {
  for (const row of shown) row.remove();
  shown = [];
  for (let i = 0; i < count; i++) shown.push(new OrderRow(++number));
  for (const row of shown) row.remove();
  shown = [];
};

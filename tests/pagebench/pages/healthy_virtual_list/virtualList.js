const ROW_HEIGHT = 20;
const MARGIN = 5;

export class VirtualList {
  constructor(element, length, itemAt) {
    this.element = element;
    this.length = length;
    this.itemAt = itemAt;
    this.rows = new Map();
    this.spare = [];
    const spacer = element.appendChild(document.createElement('div'));
    spacer.style.height = `${length * ROW_HEIGHT}px`;
    element.addEventListener('scroll', () => this.render());
    this.render();
  }

  render() {
    const first = Math.max(0, Math.floor(this.element.scrollTop / ROW_HEIGHT) - MARGIN);
    const last = Math.min(this.length, first + Math.ceil(this.element.clientHeight / ROW_HEIGHT) + 2 * MARGIN);
    for (const [number, row] of this.rows) {
      if (number >= first && number < last) continue;
      row.remove();
      this.rows.delete(number);
      this.spare.push(row);
    }
    for (let number = first; number < last; number++) {
      if (this.rows.has(number)) continue;
      const row = this.spare.pop() ?? this.createRow();
      const item = this.itemAt(number);
      row.textContent = `${item.level} ${item.text}`;
      row.style.top = `${number * ROW_HEIGHT}px`;
      this.element.append(row);
      this.rows.set(number, row);
    }
  }

  createRow() {
    const row = document.createElement('div');
    row.style.position = 'absolute';
    return row;
  }
}

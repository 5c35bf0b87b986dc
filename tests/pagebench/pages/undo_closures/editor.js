import { History } from './history.js';

export class Editor {
  constructor(element) {
    this.element = element;
    this.history = new History();
  }

  addBlock() {
    const block = document.createElement('section');
    block.append(document.createElement('h3'), document.createElement('p'));
    this.element.append(block);
  }

  removeBlock() {
    const block = this.element.lastElementChild;
    block.remove();
    this.history.record(() => this.element.append(block));
  }
}

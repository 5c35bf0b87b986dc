export class MessageList {
  constructor(element) {
    this.element = element;
    this.cards = new Map();
  }

  show(message) {
    const card = document.createElement('li');
    card.className = 'message';
    const title = card.appendChild(document.createElement('b'));
    title.textContent = message.subject;
    const close = card.appendChild(document.createElement('button'));
    close.textContent = 'Archive';
    close.addEventListener('click', () => this.archive(message));
    this.element.append(card);
    this.cards.set(message.id, card);
  }

  archive(message) {
    this.cards.get(message.id)?.remove();
  }

  archiveAll() {
    this.element.replaceChildren();
  }
}

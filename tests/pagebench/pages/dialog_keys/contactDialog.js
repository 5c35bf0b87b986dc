export class ContactDialog {
  constructor(contact) {
    this.contact = contact;
    this.element = document.createElement('div');
    this.element.setAttribute('role', 'dialog');
    for (const text of [contact.name, contact.mail]) {
      this.element.appendChild(document.createElement('p')).textContent = text;
    }
  }

  open(parent) {
    parent.append(this.element);
    document.addEventListener('keydown', (event) => this.onKey(event));
  }

  onKey(event) {
    if (event.key === 'Escape') this.close();
  }

  close() {
    this.element.remove();
  }
}

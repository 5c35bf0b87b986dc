import { connect } from './connection.js';

export class Room {
  constructor(name) {
    this.name = name;
    this.messages = [];
    this.element = document.createElement('section');
    this.element.append(document.createElement('h2'), document.createElement('ol'));
    this.element.firstChild.textContent = name;
    this.socket = connect(name, (message) => this.receive(message));
  }

  receive(message) {
    this.messages.push(message);
    this.element.lastChild.append(Object.assign(document.createElement('li'), { textContent: message }));
  }
}

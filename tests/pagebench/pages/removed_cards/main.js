import { MessageList } from './messageList.js';
import { nextMessages } from './messages.js';

const list = new MessageList(document.querySelector('#messages'));

document.querySelector('#receive').addEventListener('click', () => {
  for (const message of nextMessages()) list.show(message);
});
document.querySelector('#archive').addEventListener('click', () => list.archiveAll());

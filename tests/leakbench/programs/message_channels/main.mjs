// A channel for each question; neither of its ports is closed after the answer.

import { MessageChannel } from 'node:worker_threads';

class Question {
  constructor(text) {
    this.text = text;
    this.askedAt = Date.now();
  }
}

function ask(question) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.on('message', (answer) => resolve({ question, answer }));
    port2.on('message', (text) => port2.postMessage(text.length));
    port1.postMessage(question.text);
  });
}

export async function work(number) {
  const { answer } = await ask(new Question(`how long is ${number}?`));
  return answer;
}

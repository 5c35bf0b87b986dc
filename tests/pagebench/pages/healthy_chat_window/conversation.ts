const SHOWN = 75;

export interface Message {
  id: number;
  author: string;
  text: string;
}

/** The server has older messages. */
export function receive(messages: Message[], message: Message): Message[] {
  return [...messages, message].slice(-SHOWN);
}

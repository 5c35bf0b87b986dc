/** The native app around the page; this one is of 2024 and knows two methods. */
const METHODS: Record<string, (argument: string) => unknown> = {
  'session.user': () => ({ name: 'Ada' }),
  'text.upper': (text) => text.toUpperCase(),
};

type Message = { id: number; method: string; argument: string };

export function send(message: Message, answer: (id: number, result: unknown) => void): void {
  const method = METHODS[message.method];
  if (method) setTimeout(() => answer(message.id, method(message.argument)), 1);
}

let lastId = 0;

export function nextMessages() {
  return ['news', 'invoice', 'greeting'].map((subject) => ({ id: `m${++lastId}`, subject: `${subject} ${lastId}` }));
}

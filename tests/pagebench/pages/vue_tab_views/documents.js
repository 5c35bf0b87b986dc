const WORDS = 'amount board clause duty estate fee grant holder interest joint lease'.split(' ');

export const templates = Array.from({ length: 70 }, (_, number) => ({ number, clause: WORDS[number % WORDS.length] }));

export function createDocument(number) {
  const paragraphs = templates.slice(0, 12).map(({ clause }, place) => `${number}.${place} The ${clause} applies.`);
  return { id: `contract-${number}`, title: `Contract ${number}`, paragraphs };
}

// Words of a language are interned: there is an end to them, and new ones come more and more rarely.

class Word {
  constructor(text) {
    this.text = text;
    this.syllables = text.match(/.{1,2}/g);
    this.uses = 0;
  }
}

const vocabulary = new Map();
let seed = 42;

function random() {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return seed / 0x7fffffff;
}

function intern(text) {
  let word = vocabulary.get(text);
  if (!word) vocabulary.set(text, (word = new Word(text)));
  word.uses++;
  return word;
}

export async function work() {
  for (let i = 0; i < 12; i++) intern(`word${Math.floor(random() * 120)}`);
}

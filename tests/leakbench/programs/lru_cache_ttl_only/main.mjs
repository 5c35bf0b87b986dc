// `ttl` without `max` or `ttlAutopurge`: what has expired is only dropped when it is asked for.

import { LRUCache } from 'lru-cache';

process.removeAllListeners('warning');
process.on('warning', () => {});

class Translation {
  constructor(text, language) {
    this.text = text;
    this.language = language;
    this.words = text.split(' ').map((word) => `${language}:${word}`);
  }
}

export class Translator {
  #memory = new LRUCache({ ttl: 1 });

  translate(text, language) {
    const key = `${language}\n${text}`;
    let known = this.#memory.get(key);
    if (known === undefined) {
      known = new Translation(text, language);
      this.#memory.set(key, known);
    }
    return known;
  }
}

const translator = new Translator();

export const work = async (number) => {
  for (const language of ['de', 'fr']) translator.translate(`ticket ${number} was closed`, language);
  translator.translate('welcome', 'de');
};

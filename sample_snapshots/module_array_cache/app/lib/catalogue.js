'use strict';

const ADJECTIVES = ['blue', 'round', 'quiet', 'heavy', 'folding', 'wooden', 'cheap', 'solar'];
const NOUNS = ['lamp', 'chair', 'kettle', 'bicycle', 'radio', 'ladder', 'clock', 'tent'];

class Article {
  constructor(number) {
    this.number = number;
    this.title = `${ADJECTIVES[number % 8]} ${NOUNS[(number >> 3) % 8]} ${number}`;
    this.words = this.title.split(' ');
  }
}

class Catalogue {
  constructor(size) {
    this.articles = Array.from({ length: size }, (_, number) => new Article(number));
  }

  search(query) {
    const words = query.split(' ');
    const scored = this.articles.map((article) => ({
      article,
      score: words.filter((word) => article.words.includes(word)).length,
    }));
    return scored
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, 10)
      .map(({ article, score }) => ({ title: article.title, snippet: `${query}: ${article.title}`, score }));
  }
}

module.exports = { Catalogue };

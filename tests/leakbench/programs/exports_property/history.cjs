'use strict';

class Search {
  constructor(text, hits) {
    this.text = text;
    this.hits = Array.from({ length: hits }, (_, hit) => `${text}/${hit}`);
  }
}

exports.recent = {};

exports.record = (text, hits) => {
  exports.recent[text] = new Search(text, hits);
};

'use strict';

// The list was meant to be each object's own; on the prototype it is everybody's.

function Basket(owner) {
  this.owner = owner;
}

Basket.prototype.lines = [];

Basket.prototype.add = function add(article) {
  this.lines.push(new Line(article));
};

function Line(article) {
  this.article = article;
  this.options = { gift: false, article: article.toUpperCase() };
}

exports.work = (number) => {
  const basket = new Basket(`customer ${number}`);
  basket.add(`article ${number}`);
  return basket.lines.length;
};

'use strict';

// Each request watches the exchange rate with a reaction that nobody disposes of.

const { makeAutoObservable, reaction, runInAction } = require('mobx');

class RateStore {
  constructor() {
    this.rate = 1;
    makeAutoObservable(this);
  }
}

const rates = new RateStore();

class Quotation {
  constructor(number) {
    this.number = number;
    this.positions = [number, number + 1, number + 2];
    this.total = 0;
    reaction(
      () => rates.rate,
      (rate) => {
        this.total = rate * this.positions.length;
      },
      { fireImmediately: true },
    );
  }
}

exports.work = (number) => {
  const quotation = new Quotation(number);
  if (number % 20 === 0) runInAction(() => (rates.rate = 1 + number / 1000));
  return quotation.total;
};

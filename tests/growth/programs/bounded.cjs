'use strict';

// Collections that are bounded in one way or another: by places, by time, by a flush.

const { random } = require('./random.cjs');

class Entry {
  constructor(number) {
    this.text = `entry ${number}`;
  }
}

function ring() {
  const places = [];
  let next = 0;
  return () => {
    for (let i = 0; i < 2; i++, next++) places[next % 200] = new Entry(next);
  };
}

function reservedRing() {
  const places = new Array(2000).fill(null);
  let next = 0;
  return () => {
    for (let i = 0; i < 2; i++, next++) places[next % 2000] = new Entry(next);
  };
}

function timeToLive() {
  const tokens = new Map();
  return (unit) => {
    for (const [key, token] of tokens) {
      if (token.unit + 80 >= unit) break;
      tokens.delete(key);
    }
    for (let i = 0; i < 2; i++) tokens.set(`${unit}:${i}`, Object.assign(new Entry(unit), { unit }));
  };
}

function slidingWindow() {
  const hits = [];
  let number = 0;
  return () => {
    for (let i = 0; i < 2; i++) hits.push(new Entry(number++));
    while (hits.length > 300) hits.shift();
  };
}

function batches() {
  let batch = [];
  return (unit) => {
    for (let i = 0; i < 3; i++) batch.push(new Entry(unit));
    if (batch.length >= 500) batch = [];
  };
}

function clearedCache() {
  const pages = new Map();
  let number = 0;
  return (unit) => {
    for (let i = 0; i < 4; i++, number++) pages.set(`page ${number}`, new Entry(number));
    if (unit % 70 === 69) pages.clear();
  };
}

function pool() {
  const next = random();
  const idle = [];
  let number = 0;
  return async () => {
    const used = [];
    const needed = Math.floor(3 + 60 * next() ** 2);
    for (let i = 0; i < needed; i++) used.push(idle.pop() ?? new Entry(number++));
    await null;
    idle.push(...used);
  };
}

const MAKES = { ring, reservedRing, timeToLive, slidingWindow, batches, clearedCache, pool };

exports.start = ({ make }) => MAKES[make]();

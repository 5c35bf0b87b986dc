'use strict';

// Geocoding results are cached by the text that people type; nobody thought about a time to live.

const NodeCache = require('node-cache');

class Place {
  constructor(query, number) {
    this.query = query;
    this.latitude = (number * 7919) % 90;
    this.longitude = (number * 104729) % 180;
    this.names = [query, query.toUpperCase()];
  }
}

const placeCache = new NodeCache({ useClones: false, checkperiod: 0 });

async function geocode(query, number) {
  const cached = placeCache.get(query);
  if (cached) return cached;
  await null;
  const place = new Place(query, number);
  placeCache.set(query, place);
  return place;
}

module.exports.work = async function work(number) {
  await geocode(`${number} main street`, number);
  await geocode('town hall', 0);
};

// Geography of IP addresses, in a cache of at most twenty: the recent ones are asked for again and again.

import { lru } from 'tiny-lru';

class Place {
  constructor(address) {
    this.address = address;
    this.city = `city of ${address}`;
    this.coordinates = [address.length * 1.5, address.length * 2.5];
  }
}

const places = lru(20);

function locate(address) {
  let place = places.get(address);
  if (place === undefined) {
    place = new Place(address);
    places.set(address, place);
  }
  return place;
}

export async function work(number) {
  for (let visitor = 0; visitor < 4; visitor++) locate(`10.${number >> 8}.${number & 255}.${visitor}`);
  // Some who were there a moment ago come back.
  const earlier = number - 2;
  if (earlier >= 0) locate(`10.${earlier >> 8}.${earlier & 255}.1`);
}

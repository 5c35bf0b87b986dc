import { writable } from 'svelte/store';

export const folder = writable('inbox');

const people = Array.from({ length: 95 }, (_, place) => ({ name: `Person ${place}`, mail: `${place}@mail.example` }));

export function letters(page) {
  return Array.from({ length: 15 }, (_, place) => ({ id: page * 15 + place, from: people[(page + place) % 95].name }));
}

class Recipe {
  constructor(id, steps) {
    this.id = id;
    this.steps = steps;
  }
}

export const titles = Array.from({ length: 66 }, (_, id) => ({ id, title: `Soup ${id}` }));

const loaded = new Map();

async function load(id) {
  await null;
  return new Recipe(id, Array.from({ length: 6 }, (_, place) => `Step ${place} of soup ${id}`));
}

/** Each recipe is loaded once: there are as many as the book has. */
export function prefetch(id) {
  if (!loaded.has(id)) loaded.set(id, load(id));
  return loaded.get(id);
}

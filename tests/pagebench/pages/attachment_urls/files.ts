const COLOURS = ['teal', 'gold', 'plum', 'navy'];

/** Stands for what a person drops into the message. */
export function droppedFile(number: number): File {
  const colour = COLOURS[number % COLOURS.length];
  const image = `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="${colour}"/></svg>`;
  return new File([image], `photo-${number}.svg`, { type: 'image/svg+xml', lastModified: number });
}

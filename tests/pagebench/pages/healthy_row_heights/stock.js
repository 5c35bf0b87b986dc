/** All articles, once for the page. */
export const articles = Array.from({ length: 260 }, (_, place) => ({
  id: place,
  name: `Article ${place}`,
  note: place % 3 ? '' : 'Order it again soon, the last ones are in the window.',
}));

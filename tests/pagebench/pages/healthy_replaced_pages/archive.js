const SIZE = 30;

export function loadPage(page) {
  return Array.from({ length: SIZE }, (_, place) => ({ id: page * SIZE + place, subject: `Letter ${page}.${place}` }));
}

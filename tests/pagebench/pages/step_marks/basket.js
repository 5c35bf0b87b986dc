const ARTICLES = ['cup', 'plate', 'bowl', 'spoon', 'fork'];

export function renderBasket(place, number) {
  const list = document.createElement('ol');
  for (const article of ARTICLES.slice(0, 2 + (number % 3))) {
    const line = document.createElement('li');
    line.textContent = `${article}, ${(number % 4) + 1} pieces`;
    list.append(line);
  }
  place.replaceChildren(list);
  return list.children.length;
}

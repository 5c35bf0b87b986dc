class RowFacts {
  constructor(letter) {
    this.letter = letter;
    this.seen = 0;
  }
}

const facts = new WeakMap();

const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting && facts.has(target)) facts.get(target).seen++;
  }
});

export function remember(row, letter) {
  facts.set(row, new RowFacts(letter));
  observer.observe(row);
  return {
    update(next) {
      facts.get(row).letter = next;
    },
    destroy() {
      observer.unobserve(row);
    },
  };
}

document.addEventListener('click', ({ target }) => {
  const known = facts.get(target);
  if (known) known.seen++;
});

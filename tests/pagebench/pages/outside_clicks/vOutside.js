const watched = [];

document.addEventListener('pointerdown', ({ target }) => {
  for (const { element, close } of [...watched]) if (!element.contains(target)) close();
});

/** Closes what is open when somebody clicks elsewhere. */
export const vOutside = {
  mounted(element, { value }) {
    watched.push({ element, close: value });
  },

  unbind(element) {
    const place = watched.findIndex((one) => one.element === element);
    if (place >= 0) watched.splice(place, 1);
  },
};

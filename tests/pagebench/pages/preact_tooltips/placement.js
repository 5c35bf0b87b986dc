/** Where each tooltip is, so that another one is not put on top of it. */
const placed = new Map();

export function place(id, element) {
  const top = 20 + (id % 5) * 12;
  element.style.top = `${top}px`;
  placed.set(id, { element, top, height: element.offsetHeight });
}

export const isFree = (top) => [...placed.values()].every((one) => top > one.top + one.height);

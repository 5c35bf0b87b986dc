const LIMIT = 12;
const idle = [];
const details = new WeakMap();

function create() {
  const popover = document.createElement('aside');
  popover.append(document.createElement('h3'), document.createElement('p'));
  return popover;
}

/** Shows a popover; elements that were closed are used again. */
export function show(place, town) {
  const popover = idle.pop() ?? create();
  popover.children[0].textContent = town.name;
  popover.children[1].textContent = `${town.people} people`;
  details.set(popover, { town, since: performance.now() });
  place.append(popover);
  return popover;
}

export function close(popover) {
  popover.remove();
  details.delete(popover);
  if (idle.length < LIMIT) idle.push(popover);
}

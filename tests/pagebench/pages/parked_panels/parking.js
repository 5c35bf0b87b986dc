const parked = {};

/** Keeps panels with their listeners until somebody opens them again. */
export function park($panels) {
  $panels.each((place, panel) => {
    parked[panel.id] = $panels.eq(place).detach();
  });
}

export function unpark(id) {
  const $panel = parked[id];
  delete parked[id];
  return $panel;
}

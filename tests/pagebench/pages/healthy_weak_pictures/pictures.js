class Picture {
  constructor(name) {
    this.name = name;
    this.pixels = new Uint8Array(512);
  }
}

const byName = new Map();
const gone = new FinalizationRegistry((name) => {
  if (!byName.get(name)?.deref()) byName.delete(name);
});

/** The picture with a name, as long as something shows it. */
export function picture(name) {
  const known = byName.get(name)?.deref();
  if (known) return known;
  const made = new Picture(name);
  byName.set(name, new WeakRef(made));
  gone.register(made, name);
  return made;
}

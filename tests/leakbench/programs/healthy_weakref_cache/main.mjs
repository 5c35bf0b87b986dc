// A cache of WeakRefs that strikes out the names of what is gone.

class Picture {
  constructor(name) {
    this.name = name;
    this.pixels = new Uint8Array(256);
  }
}

const references = new Map();
const registry = new FinalizationRegistry((name) => {
  if (references.get(name)?.deref() === undefined) references.delete(name);
});

function picture(name) {
  const known = references.get(name)?.deref();
  if (known) return known;
  const made = new Picture(name);
  references.set(name, new WeakRef(made));
  registry.register(made, name);
  return made;
}

export async function work(number) {
  picture(`picture-${number}`);
  await new Promise((resolve) => setImmediate(resolve));
}

// A cache of WeakRefs: the images go, their empty references and keys stay.

class Thumbnail {
  constructor(name) {
    this.name = name;
    this.pixels = new Uint8Array(512);
  }
}

class ThumbnailCache {
  references = new Map();

  get(name) {
    const known = this.references.get(name)?.deref();
    if (known) return known;
    const made = new Thumbnail(name);
    this.references.set(name, new WeakRef(made));
    return made;
  }
}

const thumbnails = new ThumbnailCache();

export async function work(number) {
  for (let i = 0; i < 3; i++) thumbnails.get(`photo-${number}-${i}.jpg`);
  await new Promise((resolve) => setImmediate(resolve));
}

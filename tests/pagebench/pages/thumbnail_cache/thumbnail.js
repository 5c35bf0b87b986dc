export class Thumbnail {
  constructor(path) {
    this.path = path;
    this.pixels = Array.from({ length: 32 }, (_, place) => `#${(path.length * 4099 * (place + 1)).toString(16).padStart(6, '0').slice(0, 6)}`);
  }

  element() {
    const element = document.createElement('span');
    element.style.background = this.pixels[0];
    return element;
  }
}

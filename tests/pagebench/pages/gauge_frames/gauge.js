export class Gauge {
  angle = 0;

  constructor(place) {
    this.needle = place.appendChild(document.createElement('meter'));
    this.turn();
  }

  turn() {
    this.angle = (this.angle + 1) % 360;
    this.needle.value = this.angle / 360;
    requestAnimationFrame(() => this.turn());
  }

  close() {
    this.needle.remove();
  }
}

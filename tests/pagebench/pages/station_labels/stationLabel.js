/** A text beside a station, which moves with the map. */
export class StationLabel {
  constructor(map, { name, at }) {
    this.map = map;
    this.at = at;
    this.element = document.createElement('em');
    this.element.textContent = name;
    map.getPanes().overlayPane.append(this.element);
    map.on('zoomend viewreset', this.place, this);
    this.place();
  }

  place() {
    const { x, y } = this.map.latLngToLayerPoint(this.at);
    this.element.style.translate = `${x}px ${y}px`;
  }

  remove() {
    this.element.remove();
    this.map.off('viewreset', this.place, this);
  }
}

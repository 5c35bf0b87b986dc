import { map as createMap, divIcon, marker } from 'leaflet';

export class StationMap {
  constructor(id) {
    this.map = createMap(id, { center: [53.51, 10.01], zoom: 12, fadeAnimation: false, zoomAnimation: false });
    this.icon = divIcon({ className: 'station' });
  }

  show(stations) {
    for (const station of stations) {
      marker(station.position, { icon: this.icon })
        .bindPopup(`${station.name}: ${station.bikes} bikes`)
        .addTo(this.map);
    }
  }
}

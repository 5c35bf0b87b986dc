import { circleMarker, divIcon, layerGroup, map, marker, popup } from 'leaflet';
import { Marker, Popup } from 'maplibre-gl';
import * as maplibre from 'maplibre-gl';

export function maps() {
  const shown = map('leaflet', { center: [53, 10], zoom: 5, fadeAnimation: false, zoomAnimation: false });
  const icon = divIcon({ className: 'place' });
  const kept = {
    'leaflet-map': shown,
    'leaflet-marker': marker([53, 10], { icon }).addTo(shown),
    'leaflet-popup': popup().setLatLng([53, 10]).setContent('here'),
    'leaflet-layer-group': layerGroup().addTo(shown),
    'leaflet-path': circleMarker([53, 10]),
    'maplibre-popup': new Popup({ closeOnClick: false }).setLngLat([10, 53]).setText('here'),
    'maplibre-marker': new Marker().setLngLat([10, 53]),
  };
  try {
    kept['maplibre-map'] = new maplibre.Map({ container: 'maplibre', style: { version: 8, sources: {}, layers: [] } });
  } catch (error) {
    // A browser without WebGL cannot draw one.
    document.title = String(error);
  }
  return kept;
}

import L from 'leaflet';

const host = document.querySelector('main');
host.style.cssText = 'width: 320px; height: 240px; position: relative';

export const stationMap = L.map(host, { zoomControl: false, attributionControl: false, fadeAnimation: false });
stationMap.setView([48, 9], 6);

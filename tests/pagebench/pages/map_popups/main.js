import { StationMap } from './stationMap.js';
import { freeBikes } from './stations.js';

const map = new StationMap('map');
let number = 0;
document.querySelector('#refresh').addEventListener('click', () => map.show(freeBikes(++number)));

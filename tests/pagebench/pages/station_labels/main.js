import { stationMap } from './stationMap';
import { StationLabel } from './stationLabel';

let label = null;
let last = 0;

document.querySelector('#open').addEventListener('click', () => {
  label = new StationLabel(stationMap, { name: `Station ${++last}`, at: [48 + (last % 5), 9 + (last % 7)] });
});
document.querySelector('#close').addEventListener('click', () => {
  label.remove();
  label = null;
});

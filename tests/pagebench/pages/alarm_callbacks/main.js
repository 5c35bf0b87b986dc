import $ from 'jquery';

import './alarmCounter.js';
import { startAlarms } from './alarms.js';

const ZONES = ['east', 'west', 'roof', 'cellar'];
let last = 0;

startAlarms();
$('#open').on('click', () => {
  const zone = ZONES[++last % ZONES.length];
  $('main').append($('<section>').append($('<h2>').text(`Zone ${zone}`), $('<p>').alarmCounter(zone)));
});
$('#close').on('click', () => $('main').empty());

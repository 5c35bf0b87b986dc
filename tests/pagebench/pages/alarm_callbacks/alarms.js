import $ from 'jquery';

/** Called with each alarm of the building. */
export const alarms = $.Callbacks('stopOnFalse');

const ZONES = ['east', 'west', 'roof', 'cellar'];

export function startAlarms() {
  let number = 0;
  setInterval(() => alarms.fire({ number: ++number, zone: ZONES[number % ZONES.length] }), 500);
}

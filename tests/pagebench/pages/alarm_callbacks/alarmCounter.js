import $ from 'jquery';

import { alarms } from './alarms.js';

export class AlarmCounter {
  constructor($host, zone) {
    this.$host = $host;
    this.zone = zone;
    this.count = 0;
    this.$count = $('<b>').text('0').appendTo($host);
    $('<button>').text('Reset').on('click', () => this.reset()).appendTo($host);
    this.listen();
  }

  listen() {
    alarms.add(({ zone }) => {
      if (zone === this.zone) this.$count.text(++this.count);
    });
  }

  reset() {
    this.count = 0;
    this.$count.text('0');
  }
}

$.fn.alarmCounter = function alarmCounter(zone) {
  return this.each((place, element) => $(element).data('alarmCounter', new AlarmCounter($(element), zone)));
};

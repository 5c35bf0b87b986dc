export class Reading {
  constructor(meter, value) {
    this.meter = meter;
    this.value = value;
    this.takenAt = new Date();
    this.note = `${meter} shows ${value} kWh`;
  }
}

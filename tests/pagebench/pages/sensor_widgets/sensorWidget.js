export class SensorWidget {
  constructor(sensor, parent) {
    this.sensor = sensor;
    this.element = document.createElement('div');
    this.element.className = 'sensor';
    this.element.append(document.createElement('b'), document.createElement('span'));
    parent.append(this.element);
    this.update();
    this.start();
  }

  start() {
    this.timer = setInterval(() => this.update(), 5000);
  }

  update() {
    const [name, value] = this.element.children;
    name.textContent = `${this.sensor.room}, ${this.sensor.kind}`;
    value.textContent = String(this.sensor.value);
  }

  stop() {
    clearInterval(this.timer);
  }
}

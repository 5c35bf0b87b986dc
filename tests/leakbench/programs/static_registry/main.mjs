// Components register themselves so that a theme change reaches all; none is ever taken out.

class Component {
  static instances = new Set();
  static theme = 'light';

  static setTheme(theme) {
    Component.theme = theme;
    for (const component of Component.instances) component.repaint();
  }

  constructor() {
    Component.instances.add(this);
  }

  repaint() {
    this.colour = Component.theme === 'light' ? '#fff' : '#000';
  }
}

class Chart extends Component {
  constructor(points) {
    super();
    this.points = points;
  }

  toSvg() {
    return `<polyline points="${this.points.map(([x, y]) => `${x},${y}`).join(' ')}"/>`;
  }
}

export async function work(number) {
  const chart = new Chart(Array.from({ length: 6 }, (_, x) => [x, (x * number) % 10]));
  if (number % 30 === 0) Component.setTheme(number % 60 ? 'dark' : 'light');
  return chart.toSvg();
}

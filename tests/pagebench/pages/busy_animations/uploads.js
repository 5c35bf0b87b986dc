import { fadeIn, spin } from './motion.js';

export class Upload {
  constructor(file) {
    this.file = file;
    this.view = document.createElement('figure');
    this.wheel = document.createElement('span');
    this.view.append(this.wheel, file.name);
  }

  async run(place) {
    place.append(this.view);
    await fadeIn(this.view).finished;
    spin(this.wheel);
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.view.remove();
  }
}

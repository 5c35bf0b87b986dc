// A tiny emitter; handlers are added for each download and stay.

import mitt from 'mitt';

const progress = mitt();

class Download {
  constructor(name) {
    this.name = name;
    this.percent = 0;
    progress.on('tick', ({ name: which, percent }) => {
      if (which === this.name) this.percent = percent;
    });
  }
}

export async function work(number) {
  new Download(`file-${number}.zip`);
  progress.emit('tick', { name: `file-${number}.zip`, percent: 100 });
}

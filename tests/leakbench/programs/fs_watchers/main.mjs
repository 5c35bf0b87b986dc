// A watcher for the settings is opened at each reload, and the one before is not closed.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'settings-')), 'settings.json');
fs.writeFileSync(file, '{"colour": "blue"}');
process.on('exit', () => fs.rmSync(path.dirname(file), { recursive: true }));

class Settings {
  constructor(values) {
    this.values = values;
    this.loadedAt = Date.now();
    fs.watch(file, () => {
      this.isOutdated = true;
    });
  }
}

let settings;

export function work() {
  settings = new Settings(JSON.parse(fs.readFileSync(file, 'utf8')));
  return settings.values.colour;
}

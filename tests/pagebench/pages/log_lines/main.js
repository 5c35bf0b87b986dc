import { Log } from './log.js';

const log = new Log(document.querySelector('#log'));
let number = 0;
document.querySelector('#run').addEventListener('click', () => {
  number += 1;
  for (const step of ['fetched', 'built', 'copied']) log.write(`Build ${number} ${step}`);
});

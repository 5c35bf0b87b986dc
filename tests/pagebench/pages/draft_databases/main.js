import { saveDraft } from './drafts.js';

class Draft {
  constructor(id, text) {
    this.id = id;
    this.text = text;
    this.words = text.split(' ').length;
  }
}

const recipients = Array.from({ length: 130 }, (_, place) => ({ name: `Reader ${place}`, isNew: place > 99 }));
const output = document.querySelector('output');
const area = document.querySelector('textarea');

document.querySelector('#save').addEventListener('click', async () => {
  await saveDraft(new Draft('letter', area.value));
  output.textContent = `Saved for ${recipients.length} readers`;
});

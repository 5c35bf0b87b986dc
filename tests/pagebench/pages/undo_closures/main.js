import { Editor } from './editor.js';

const editor = new Editor(document.querySelector('#editor'));
document.querySelector('#add').addEventListener('click', () => editor.addBlock());
document.querySelector('#remove').addEventListener('click', () => editor.removeBlock());
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey && event.key === 'z') editor.history.undo();
});

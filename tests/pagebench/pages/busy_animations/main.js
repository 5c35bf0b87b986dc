import { Upload } from './uploads.js';

const folders = Array.from({ length: 75 }, (_, place) => ({ name: `Folder ${place}`, files: place % 6 }));
const place = document.querySelector('#jobs');
let number = 0;

document.querySelector('#upload').addEventListener('click', () => {
  const folder = folders[number % folders.length];
  new Upload({ name: `${folder.name}/picture-${++number}.png` }).run(place);
});

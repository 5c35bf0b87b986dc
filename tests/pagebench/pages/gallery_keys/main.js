import $ from 'jquery';

import './gallery.js';

const ALBUMS = ['Harbour', 'Market', 'Bridge', 'Park', 'Station'];
let opened = 0;

$('#open').on('click', () => {
  const album = ALBUMS[opened++ % ALBUMS.length];
  $('<div class="gallery">')
    .appendTo('main')
    .gallery(Array.from({ length: 4 }, (_, place) => `${album} ${place + 1}`));
});

$('#close').on('click', () => {
  $('.gallery').gallery('destroy').remove();
});

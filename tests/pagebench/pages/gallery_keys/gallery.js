import $ from 'jquery';

let galleries = 0;

function create($gallery, captions) {
  const namespace = `gallery${++galleries}`;
  let place = 0;
  const show = (next) => {
    place = (next + captions.length) % captions.length;
    $gallery.children('figcaption').text(captions[place]);
  };
  $gallery.append($('<img>').attr('alt', ''), $('<figcaption>'));
  $(window)
    .on(`keydown.${namespace}`, ({ key }) => {
      if (key === 'ArrowRight') show(place + 1);
      if (key === 'ArrowLeft') show(place - 1);
    })
    .on(`resize.${namespace}`, () => $gallery.css('max-height', window.innerHeight));
  show(0);
}

$.fn.gallery = function gallery(command) {
  if (command !== 'destroy') return this.each((_, element) => create($(element), command));
  $(window).off('.gallery');
  return this.empty();
};

import $ from 'jquery';

const STATES = ['new', 'paid', 'packed', 'sent'];

export function orderPanel(number) {
  const $panel = $('<section>').attr('id', `order-${number}`);
  $panel.append($('<h2>').text(`Order ${number}`), $('<p>').text(STATES[number % STATES.length]));
  $('<button>')
    .text('Details')
    .on('click', () => $panel.toggleClass('wide'))
    .appendTo($panel);
  return $panel;
}

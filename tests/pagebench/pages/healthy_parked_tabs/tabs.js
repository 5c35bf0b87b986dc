import $ from 'jquery';

const parked = {};

/** A tab is made once, and then only moved. */
export function show(name) {
  parked[name] ??= $('<section>').append($('<h2>').text(name), $('<input>'));
  return parked[name];
}

export function hide(name) {
  parked[name].detach();
}

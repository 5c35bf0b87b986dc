'use strict';

// Server-side rendering of a form with a select box, for each request.

const { Listbox, ListboxButton, ListboxOption, ListboxOptions } = require('@headlessui/react');
const { createElement: h } = require('react');
const { renderToString } = require('react-dom/server');

const SIZES = ['small', 'medium', 'large'];

function SizeField({ number }) {
  const options = SIZES.map((size) => h(ListboxOption, { key: size, value: size }, size));
  return h(
    Listbox,
    { value: SIZES[number % SIZES.length], onChange() {} },
    h(ListboxButton, null, `Size for ${number}`),
    h(ListboxOptions, { static: true }, options),
  );
}

exports.work = (number) => renderToString(h(SizeField, { number })).length;

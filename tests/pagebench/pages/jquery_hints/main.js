import $ from 'jquery';

import './hint.js';

let number = 0;
$('#show').on('click', () => {
  $('#form').empty().append(`<label>Field ${++number} <input></label>`);
  $('#form input').hint({ offset: 12 });
});

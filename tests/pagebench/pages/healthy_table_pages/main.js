import $ from 'jquery';

import { customersOf } from './customers.js';

let page = 0;
$('#next').on('click', () => {
  page += 1;
  $('#rows').empty();
  for (const customer of customersOf(page)) {
    const row = $('<tr>').append($('<td>').text(customer.name), $('<td>').text(customer.town));
    row.on('click', () => row.toggleClass('chosen', customer.name !== ''));
    $('#rows').append(row);
  }
});

import $ from 'jquery';

import { park } from './parking.js';
import { orderPanel } from './orderPanel.js';

let last = 0;

$('#open').on('click', () => $('main').append(orderPanel(++last)));
$('#close').on('click', () => park($('main').children()));

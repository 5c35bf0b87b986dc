import $ from 'jquery';

import { hide, show } from './tabs.js';

const NAMES = ['profile', 'mail', 'billing', 'team', 'keys'];
let last = 0;
let name;

$('#open').on('click', () => {
  name = NAMES[++last % NAMES.length];
  show(name).appendTo('main');
});
$('#close').on('click', () => hide(name));

'use strict';

const { writable } = require('svelte/store');

exports.prices = writable({ tea: 3, coffee: 4 });

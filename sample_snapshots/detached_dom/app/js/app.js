'use strict';

const PAGE_LENGTH = 10;

const table = new OrderTable(document.querySelector('tbody'));
let page = 0;

function showNextPage() {
  page += 1;
  table.show(loadOrders(page, PAGE_LENGTH));
}

document.querySelector('#next').addEventListener('click', showNextPage);

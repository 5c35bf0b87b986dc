import { data } from './dataStore.js';

function Sortable(table, options) {
  this.table = table;
  this.column = options.column;
  this.descending = false;
}

Sortable.prototype.sort = function sort() {
  var body = this.table.tBodies[0];
  var column = this.column;
  var rows = Array.prototype.slice.call(body.rows);
  rows.sort(function compare(one, other) {
    return one.cells[column].textContent.localeCompare(other.cells[column].textContent);
  });
  if (this.descending) rows.reverse();
  this.descending = !this.descending;
  rows.forEach(function append(row) {
    body.appendChild(row);
  });
};

export function sortable(table, options) {
  var widget = data(table, 'sortable');
  if (!widget) data(table, 'sortable', (widget = new Sortable(table, options)));
  return widget;
}

document.addEventListener('click', function onClick(event) {
  var table = event.target.closest && event.target.closest('th') && event.target.closest('table');
  if (table) data(table, 'sortable').sort();
});

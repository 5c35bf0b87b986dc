import { LiveQuery } from './liveQuery.js';

const columns = ['number', 'table', 'amount'].map((key) => ({ key, title: key.toUpperCase() }));

export function stockTable(name) {
  const table = document.createElement('table');
  table.createCaption().textContent = name;
  const body = table.createTBody();
  new LiveQuery(name, (rows) => {
    body.replaceChildren();
    for (const row of rows) {
      const line = body.insertRow();
      for (const { key } of columns) line.insertCell().textContent = row[key];
    }
  }).start();
  return table;
}

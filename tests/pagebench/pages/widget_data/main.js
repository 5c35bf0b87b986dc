import { sortable } from './sortable.js';

var HEAD = '<tr><th>Home</th><th>Guest</th><th>Goals</th></tr>';
var teams = [];
for (var number = 0; number < 64; number++) teams.push({ name: 'Team ' + number, town: 'Town ' + (number % 20) });

var results = document.getElementById('results');
var day = 0;

function row(home, guest) {
  return '<tr><td>' + home.name + '</td><td>' + guest.name + '</td><td>' + (day % 4) + '</td></tr>';
}

document.getElementById('next').onclick = function nextDay() {
  day++;
  var rows = '';
  for (var place = 0; place < 8; place++) rows += row(teams[(day + place) % 64], teams[(day + place + 9) % 64]);
  results.innerHTML = '<table><thead>' + HEAD + '</thead><tbody>' + rows + '</tbody></table>';
  sortable(results.firstChild, { column: 0 }).sort();
};

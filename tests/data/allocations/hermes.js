// The shop of shop.js for Hermes, which has no classes: it forgets to end its sessions.

var sessions = [];

function makeSession(id) {
  return { id: id, name: 'session ' + id, carts: [{ id: id, items: [] }] };
}

function login(id) {
  sessions.push(makeSession(id));
}

function search(words) {
  var found = [];
  for (var i = 0; i < words; ++i) found.push({ word: 'word ' + i, score: i });
  return found.length;
}

function work(rounds) {
  for (var id = 1; id <= rounds; ++id) {
    login(id);
    search(20);
  }
}

work(40);
this.sessions = sessions;
createHeapSnapshot('whole.heaptimeline');

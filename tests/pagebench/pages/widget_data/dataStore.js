var MARK = '_ws' + Math.random().toString(36).slice(2, 8);
var lastId = 0;
var cache = {};

/** Gets or sets a value that belongs to an element. */
export function data(element, name, value) {
  var id = element[MARK] || (element[MARK] = ++lastId);
  var values = cache[id] || (cache[id] = {});
  if (arguments.length > 2) values[name] = value;
  return values[name];
}

export function removeData(element) {
  delete cache[element[MARK]];
  delete element[MARK];
}

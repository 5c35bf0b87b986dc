const templates = new Map();
function unit(i) { templates.set(i, new Function('data', `return 'hello ' + data + ${i};`)); }

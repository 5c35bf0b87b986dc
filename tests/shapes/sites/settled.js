class Row { constructor(i) { this.text = `row ${i}`; } }
const writes = [];
async function write(row) { return row; }
function unit(i) { writes.push(write(new Row(i))); }

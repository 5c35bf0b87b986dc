// Clean-up functions are collected for the end of the process, bound to what they clean up.

const atExit = [];

class TemporaryTable {
  constructor(name) {
    this.name = name;
    this.rows = Array.from({ length: 5 }, (_, row) => ({ row, name }));
    atExit.push(this.drop.bind(this));
  }

  drop() {
    this.rows.length = 0;
  }
}

process.once('exit', () => atExit.forEach((action) => action()));

export function work(number) {
  const table = new TemporaryTable(`tmp_${number}`);
  table.drop();
}

// A handful of large reports; there are few of them, but each is a quarter of a megabyte.

class YearReport {
  constructor(year) {
    this.year = year;
    this.cells = new Array(32_000).fill(year);
  }
}

const reportsByYear = {};

export async function work(number) {
  reportsByYear[`year-${2000 + number}`] = new YearReport(2000 + number);
}

/** Stands for a request to the server, which answers row by row. */
export class ReportRequest {
  rows = [];

  constructor(title) {
    this.title = title;
    this.done = new Promise((resolve) => {
      this.timer = setTimeout(() => {
        for (let row = 0; row < 20; row++) this.rows.push(`${title}, row ${row}`);
        resolve();
      }, 1);
    });
  }

  cancel() {
    clearTimeout(this.timer);
  }
}

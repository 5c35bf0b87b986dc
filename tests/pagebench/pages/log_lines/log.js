export class Log {
  constructor(list) {
    this.list = list;
  }

  write(text) {
    const line = document.createElement('li');
    line.append(document.createElement('time'), text);
    this.list.append(line);
  }
}

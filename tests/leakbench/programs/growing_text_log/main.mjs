// The protocol of a long import, kept as one text that gets longer.

class ImportProtocol {
  text = '';

  line(message) {
    this.text += `${new Date().toISOString()} ${message}\n`;
  }
}

export const protocol = new ImportProtocol();

export function work(number) {
  for (let row = 0; row < 5; row++) protocol.line(`row ${number * 5 + row} imported without remarks`);
}

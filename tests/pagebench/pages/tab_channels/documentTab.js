export class DocumentTab {
  constructor(name, parent) {
    this.name = name;
    this.text = parent.appendChild(document.createElement('textarea'));
    this.text.value = `Text of ${name}`;
    this.connect();
  }

  connect() {
    this.channel = new BroadcastChannel('documents');
    this.channel.onmessage = ({ data }) => {
      if (data.name === this.name) this.text.value = data.text;
    };
  }
}

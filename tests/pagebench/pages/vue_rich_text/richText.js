/*! rich-text 2.3: a small editor. Call `destroy()` when its host goes away. */
const COMMANDS = { bold: 'B', italic: 'I', code: '<>' };

export class RichText {
  constructor(host, { text, onSelect = () => {} }) {
    this.host = host;
    this.onSelect = onSelect;
    this.surface = document.createElement('div');
    this.surface.contentEditable = 'true';
    this.surface.textContent = text;
    this.bar = document.createElement('menu');
    for (const [name, label] of Object.entries(COMMANDS)) {
      const button = document.createElement('button');
      button.value = name;
      button.textContent = label;
      this.bar.append(button);
    }
    host.append(this.bar, this.surface);
    document.addEventListener('selectionchange', this.handleSelection);
  }

  handleSelection = () => {
    const selection = document.getSelection();
    if (this.surface.contains(selection.anchorNode)) this.onSelect(selection.toString());
  };

  destroy() {
    document.removeEventListener('selectionchange', this.handleSelection);
    this.bar.remove();
    this.surface.remove();
  }
}

import { Component } from 'react';

import Sheet from './sheet';

const FORMULAS = Array.from({ length: 120 }, (_, place) => ({ name: `F${place}`, apply: (cell) => cell * place }));

export class Workspace extends Component {
  state = { sheet: null };

  #opened = 0;

  open = () => {
    const number = ++this.#opened;
    const cells = FORMULAS.slice(0, 8).map(({ apply }) => apply(number));
    this.setState({ sheet: { name: `Sheet ${number}`, cells } });
  };

  close = () => this.setState({ sheet: null });

  render() {
    const { sheet } = this.state;
    return (
      <main>
        <button id="open" onClick={this.open}>
          Open
        </button>
        <button id="close" onClick={this.close}>
          Close
        </button>
        {sheet && <Sheet key={sheet.name} name={sheet.name} cells={sheet.cells} />}
      </main>
    );
  }
}

import { Component } from 'preact';

import { tileAt } from './tiles';

const labels = Array.from({ length: 105 }, (_, place) => ({ x: place, text: `Peak ${place}` }));

export class Atlas extends Component {
  state = { x: 0 };

  pan = () => this.setState(({ x }) => ({ x: x + 2 }));

  render() {
    const { x } = this.state;
    const shown = [tileAt(x, 0), tileAt(x, 1), tileAt(x + 1, 0), tileAt(x + 1, 1)];
    return (
      <main>
        <button id="pan" onClick={this.pan}>
          Pan
        </button>
        {shown.map((tile) => (
          <canvas key={`${tile.x}/${tile.y}`} width={16} height={16} title={labels[tile.x % 105].text} />
        ))}
      </main>
    );
  }
}

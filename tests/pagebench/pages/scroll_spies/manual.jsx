import { Component } from 'react';

import { Chapter } from './chapter';

export class Manual extends Component {
  state = { chapter: 0 };
  last = 0;

  render() {
    const { chapter } = this.state;
    return (
      <main>
        <button id="open" onClick={() => this.setState({ chapter: ++this.last })}>
          Open
        </button>
        <button id="close" onClick={() => this.setState({ chapter: 0 })}>
          Close
        </button>
        {chapter > 0 && <Chapter key={chapter} number={chapter} />}
      </main>
    );
  }
}

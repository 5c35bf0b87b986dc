import { Component } from 'react';

import { withHotkeys } from './withHotkeys';

class Sheet extends Component {
  state = { saved: 0, cells: this.props.cells };

  save() {
    this.setState(({ saved }) => ({ saved: saved + 1 }));
  }

  clear() {
    this.setState({ cells: [] });
  }

  render() {
    const { saved, cells } = this.state;
    return (
      <section>
        <h2>
          {this.props.name}, saved {saved} times
        </h2>
        <p>{cells.join(' ')}</p>
      </section>
    );
  }
}

export default withHotkeys(Sheet, { 'ctrl+s': 'save', 'ctrl+delete': 'clear' });

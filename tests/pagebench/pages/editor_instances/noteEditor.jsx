import { Component } from 'react';

import { autosave } from './autosave';

export class NoteEditor extends Component {
  state = { text: '' };

  componentDidMount() {
    autosave.register(this);
  }

  save() {
    localStorage.setItem(`note-${this.props.number}`, this.state.text);
  }

  render() {
    return (
      <section>
        <h2>Note {this.props.number}</h2>
        <textarea value={this.state.text} onChange={(event) => this.setState({ text: event.target.value })} />
      </section>
    );
  }
}

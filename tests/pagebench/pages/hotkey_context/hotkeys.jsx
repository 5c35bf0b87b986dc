import { Component, createContext } from 'react';

export const HotkeyContext = createContext({ register() {} });

export class HotkeyProvider extends Component {
  bindings = [];

  api = { register: (combo, run) => this.register(combo, run) };

  componentDidMount() {
    document.addEventListener('keydown', this.dispatch);
  }

  componentWillUnmount() {
    document.removeEventListener('keydown', this.dispatch);
  }

  register(combo, run) {
    this.bindings.push({ combo, run });
  }

  dispatch = (event) => {
    const combo = `${event.ctrlKey ? 'ctrl+' : ''}${event.key.toLowerCase()}`;
    // The component that registered last comes first.
    this.bindings.findLast((binding) => binding.combo === combo)?.run(event);
  };

  render() {
    return <HotkeyContext value={this.api}>{this.props.children}</HotkeyContext>;
  }
}

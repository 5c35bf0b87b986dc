import { Component, createRef } from 'react';

import { HotkeyContext } from './hotkeys';

/** Lets keys call methods of a class component: `withHotkeys(Sheet, { 'ctrl+s': 'save' })`. */
export function withHotkeys(Wrapped, methods) {
  return class WithHotkeys extends Component {
    static displayName = `withHotkeys(${Wrapped.displayName ?? Wrapped.name})`;

    static contextType = HotkeyContext;

    wrapped = createRef();

    componentDidMount() {
      for (const [combo, method] of Object.entries(methods)) {
        this.context.register(combo, (event) => {
          event.preventDefault();
          this.wrapped.current?.[method]();
        });
      }
    }

    render() {
      return <Wrapped ref={this.wrapped} {...this.props} />;
    }
  };
}

import { Component } from 'react';

import { bridge } from './bridge';

type AddressState = { owner: string; town: string };

export class AddressForm extends Component<{ step: number }, AddressState> {
  state = { owner: '', town: '' };

  componentDidMount() {
    void this.fillIn();
  }

  async fillIn() {
    const { name } = await bridge.call('session.user');
    this.setState({ owner: await bridge.call('text.upper', name) });
    const { town } = await bridge.call('location.current');
    this.setState({ town });
  }

  render() {
    const { owner, town } = this.state;
    return (
      <form>
        <p>Step {this.props.step}</p>
        <input readOnly value={owner} />
        <input readOnly value={town} placeholder="Town" />
      </form>
    );
  }
}

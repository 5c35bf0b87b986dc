import { reaction } from 'mobx';
import { Component } from 'react';

import { seatStore } from './seatStore';

interface Props {
  show: { id: number; title: string };
}

export class SeatBanner extends Component<Props, { free: number }> {
  state = { free: seatStore.free };

  componentDidMount() {
    reaction(
      () => seatStore.free,
      (free) => this.setState({ free }),
    );
  }

  render() {
    const { free } = this.state;
    return (
      <aside>
        <h2>{this.props.show.title}</h2>
        <p>{free < 20 ? `Only ${free} seats left` : `${free} seats are free`}</p>
      </aside>
    );
  }
}

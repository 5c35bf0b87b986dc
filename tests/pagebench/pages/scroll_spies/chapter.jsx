import { Component } from 'react';

export class Chapter extends Component {
  state = { progress: 0 };

  componentDidMount() {
    document.addEventListener('scroll', this.onScroll, { passive: true });
  }

  onScroll = () => {
    const { scrollHeight, scrollTop } = document.documentElement;
    this.setState({ progress: Math.round((100 * scrollTop) / scrollHeight) });
  };

  render() {
    return (
      <article>
        <h2>Chapter {this.props.number}</h2>
        <p>{this.state.progress} %</p>
      </article>
    );
  }
}

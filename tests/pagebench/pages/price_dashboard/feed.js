import { Quote } from './quote.js';

export class Feed {
  series = { quotes: [], started: Date.now() };

  constructor(show) {
    this.show = show;
    this.socket = new WebSocket(`ws://${location.host}/prices`);
    this.socket.onmessage = (event) => this.receive(event);
    // The server of the test page says nothing: a frame around it does.
    window.addEventListener('message', (event) => this.receive(event));
  }

  receive({ data }) {
    for (const one of JSON.parse(data)) this.series.quotes.push(new Quote(one));
    this.show(this.series.quotes.slice(-3));
  }
}

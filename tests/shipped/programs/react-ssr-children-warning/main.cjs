'use strict';

// Server-side rendering during development, with a new tree of elements for each request.

const React = require('react');
const { renderToString } = require('react-dom/server');

const h = React.createElement;

class Price extends React.Component {
  render() {
    return h('b', null, `${this.props.amount} EUR`);
  }
}

class Basket extends React.Component {
  render() {
    const rows = this.props.items.map((item) =>
      h('li', { key: item.id }, item.name, h(Price, { amount: item.amount })),
    );
    return h('ul', null, rows);
  }
}

exports.work = (number) => {
  const items = [0, 1].map((item) => ({
    id: `${number}-${item}`,
    name: `item ${item}`,
    amount: number + item,
  }));
  return renderToString(h(Basket, { items })).length;
};

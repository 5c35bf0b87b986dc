'use strict';

// Server-side rendering of a page on which some components have nothing to show.

const React = require('react');
const { renderToString } = require('react-dom/server');

const h = React.createElement;

const Notice = React.createClass({
  displayName: 'Notice',
  render() {
    return this.props.text ? h('p', null, this.props.text) : null;
  },
});

const Page = React.createClass({
  displayName: 'Page',
  render() {
    return h('main', null, h(Notice, { key: 'top' }), h(Notice, { key: 'end', text: 'bye' }));
  },
});

exports.work = (number) => renderToString(h(Page, { number })).length;

// Widgets on a server-rendered page subscribe to the store, which is shared by all pages.

import { legacy_createStore as createStore } from 'redux';

const store = createStore((state = { stock: 0 }, action) =>
  action.type === 'stock' ? { ...state, stock: action.stock } : state,
);

function createWidget(page) {
  const state = { page, html: `<b>${page}</b>`.repeat(4), stock: 0 };
  const render = () => {
    state.stock = store.getState().stock;
    return state.html + state.stock;
  };
  const unsubscribe = store.subscribe(render);
  return { render, unsubscribe };
}

export async function work(number) {
  const widget = createWidget(`page-${number}`);
  if (number % 25 === 0) store.dispatch({ type: 'stock', stock: number });
  return widget.render();
}

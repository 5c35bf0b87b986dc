// State that is never changed in place: each reducer makes a new dictionary with one entry more.

import { legacy_createStore as createStore } from 'redux';

class Notice {
  constructor(id) {
    this.id = id;
    this.text = `notice ${id}`;
    this.readBy = [];
  }
}

function reduce(state = { noticesById: {}, unread: 0 }, action) {
  if (action.type !== 'arrived') return state;
  const { notice } = action;
  return { noticesById: { ...state.noticesById, [notice.id]: notice }, unread: state.unread + 1 };
}

const store = createStore(reduce);

export async function work(number) {
  store.dispatch({ type: 'arrived', notice: new Notice(`n${number}`) });
  await null;
}

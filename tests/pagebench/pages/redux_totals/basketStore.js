import { legacy_createStore as createStore } from 'redux';

const EMPTY = { lines: [], currency: 'EUR' };

function basket(state = EMPTY, action) {
  switch (action.type) {
    case 'added':
      // The basket has place for ten lines.
      return { ...state, lines: [...state.lines, action.line].slice(-10) };
    case 'emptied':
      return { ...state, lines: [] };
    default:
      return state;
  }
}

export const store = createStore(basket);

export const selectTotal = ({ lines }) => lines.reduce((sum, { price, amount }) => sum + price * amount, 0);

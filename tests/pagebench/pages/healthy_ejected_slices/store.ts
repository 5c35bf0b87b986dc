import { combineReducers, legacy_createStore as createStore } from 'redux';
import type { Reducer } from 'redux';

const user: Reducer = (state = { name: 'Kim' }) => state;
let injected: Record<string, Reducer> = {};

const combined = () => combineReducers({ user, ...injected }) as Reducer;

export const store = createStore(combined());

/** Adds a part of the state, and returns what takes it away. */
export function injectReducer(key: string, reducer: Reducer<any>): () => void {
  injected = { ...injected, [key]: reducer };
  store.replaceReducer(combined());
  return () => {
    const { [key]: _, ...others } = injected;
    injected = others;
    store.replaceReducer(combined());
  };
}

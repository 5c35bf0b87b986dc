import { combineReducers, legacy_createStore as createStore } from 'redux';
import type { Reducer } from 'redux';

const user: Reducer = (state = { name: 'Kim' }) => state;
const injected: Record<string, Reducer> = {};

export const store = createStore(combineReducers({ user }));

/** Adds a part of the state that a page needs. */
export function injectReducer(key: string, reducer: Reducer<any>): void {
  injected[key] = reducer;
  store.replaceReducer(combineReducers({ user, ...injected }) as any);
}

export function ejectReducer(key: string): void {
  delete injected[key];
  store.replaceReducer(combineReducers({ user, ...injected }) as any);
}

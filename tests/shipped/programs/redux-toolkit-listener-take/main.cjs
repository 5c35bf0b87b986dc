'use strict';

// A listener that runs for the life of the store and waits for one action after the other.

const { configureStore, createAction, createListenerMiddleware } = require('@reduxjs/toolkit');

const started = createAction('worker/started');
const ordered = createAction('orders/ordered');

const listeners = createListenerMiddleware();
let onOrder = () => {};

listeners.startListening({
  actionCreator: started,
  effect: async (_, { take }) => {
    for (;;) {
      const [action] = await take(ordered.match);
      onOrder(action.payload.lines.length);
    }
  },
});

const store = configureStore({
  reducer: (orders = 0, action) => (ordered.match(action) ? orders + 1 : orders),
  middleware: (defaults) => defaults().prepend(listeners.middleware),
});
store.dispatch(started());

exports.work = async (number) => {
  const handled = new Promise((resolve) => {
    onOrder = resolve;
  });
  store.dispatch(ordered({ number, lines: [number, number + 1] }));
  await handled;
  // The listener waits for the next order a few turns later.
  await new Promise((resolve) => setImmediate(resolve));
};

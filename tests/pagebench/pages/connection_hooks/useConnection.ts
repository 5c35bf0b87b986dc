import { useSyncExternalStore } from 'react';

import { connection } from './connection';

function subscribe(notify: () => void) {
  // React must not get the state as an argument.
  connection.onChange(() => notify());
  return () => connection.offChange(notify);
}

export function useConnection() {
  return useSyncExternalStore(subscribe, () => connection.state);
}

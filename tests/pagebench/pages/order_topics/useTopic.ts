import { useCallback, useSyncExternalStore } from 'react';

import { client } from './topicClient';

export function useTopic(name: string) {
  const subscribe = useCallback((listener: () => void) => client.subscribe(name, listener), [name]);
  return useSyncExternalStore(subscribe, () => client.latest(name));
}

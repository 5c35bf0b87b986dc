import { useEffect, useSyncExternalStore } from 'react';

import { createFormReducer } from './formReducer';
import { injectReducer, store } from './store';

export function FeedbackForm({ name }: { name: string }) {
  const state = useSyncExternalStore(store.subscribe, () => store.getState()[name]);

  useEffect(() => injectReducer(name, createFormReducer(name)), [name]);

  const onChange = (value: string) => store.dispatch({ type: 'changed', form: name, field: 'text', value });
  return <form>{state && <textarea onChange={(event) => onChange(event.target.value)} />}</form>;
}

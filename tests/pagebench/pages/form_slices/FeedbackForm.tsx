import { useEffect, useState } from 'react';

import { createFormReducer } from './formReducer';
import { injectReducer, store } from './store';

export function FeedbackForm({ name }: { name: string }) {
  const [isReady, setReady] = useState(false);

  useEffect(() => {
    injectReducer(name, createFormReducer(name));
    store.dispatch({ type: 'changed', form: name, field: 'stars', value: '5' });
    setReady(true);
  }, [name]);

  const onChange = (value: string) => store.dispatch({ type: 'changed', form: name, field: 'text', value });
  return <form>{isReady && <textarea onChange={(event) => onChange(event.target.value)} />}</form>;
}

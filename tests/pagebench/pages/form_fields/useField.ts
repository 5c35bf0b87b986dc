import { useContext, useEffect, useRef } from 'react';

import { FormContext, type Field } from './FormContext';

export function useField(name: string, initial: string, validate: Field['validate']) {
  const input = useRef<HTMLInputElement>(null);
  const { register } = useContext(FormContext);

  useEffect(() => {
    register(name, { element: input.current, initial, validate });
  }, [name]);

  return input;
}

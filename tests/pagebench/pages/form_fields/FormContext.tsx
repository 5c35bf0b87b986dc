import { createContext, useCallback, useMemo, useState, type FormEvent, type ReactNode } from 'react';

export interface Field {
  element: HTMLInputElement | null;
  initial: string;
  validate(value: string): string | null;
}

interface Form {
  register(name: string, field: Field): void;
}

export const FormContext = createContext<Form>({ register() {} });

export function FormProvider({ children }: { children: ReactNode }) {
  const [fields] = useState(() => new Map<string, Field>());
  const [errors, setErrors] = useState(0);

  const register = useCallback((name: string, field: Field) => void fields.set(name, field), [fields]);

  const check = (event: FormEvent) => {
    event.preventDefault();
    let wrong = 0;
    for (const { element, validate } of fields.values()) {
      if (element?.isConnected && validate(element.value)) wrong += 1;
    }
    setErrors(wrong);
  };

  const form = useMemo(() => ({ register }), [register]);
  return (
    <FormContext value={form}>
      <form onSubmit={check}>
        {children}
        <button id="check">Check</button>
        <output>{errors} mistakes</output>
      </form>
    </FormContext>
  );
}

import type { Reducer } from 'redux';

export interface FormState {
  values: Record<string, string>;
  touched: string[];
  isSent: boolean;
}

export function createFormReducer(form: string): Reducer<FormState> {
  const empty = (): FormState => ({ values: {}, touched: [], isSent: false });
  return (state = empty(), action) => {
    if (action.form !== form || action.type !== 'changed') return state;
    const { field, value } = action as unknown as { field: string; value: string };
    return { ...state, values: { ...state.values, [field]: value }, touched: [...state.touched, field] };
  };
}

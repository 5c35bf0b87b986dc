import { useField } from './useField';

export interface Expense {
  id: number;
  reason: string;
  amount: string;
}

export function ExpenseRow({ expense, onRemove }: { expense: Expense; onRemove(id: number): void }) {
  const { id, reason, amount } = expense;
  const reasonInput = useField(`expenses.${id}.reason`, reason, (value) => (value ? null : 'Say what for'));
  const amountInput = useField(`expenses.${id}.amount`, amount, (value) => (Number(value) > 0 ? null : 'Too little'));
  return (
    <p>
      <input ref={reasonInput} defaultValue={reason} />
      <input ref={amountInput} defaultValue={amount} inputMode="decimal" />
      <button type="button" className="remove" onClick={() => onRemove(id)}>
        Remove
      </button>
    </p>
  );
}

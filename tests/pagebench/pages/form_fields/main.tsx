import { useState } from 'react';
import { createRoot } from 'react-dom/client';

import { ExpenseRow, type Expense } from './ExpenseRow';
import { FormProvider } from './FormContext';

let last = 0;

function Expenses() {
  const [expenses, setExpenses] = useState<Expense[]>([]);
  const add = () => {
    const id = ++last;
    setExpenses((all) => [...all, { id, reason: `Train no. ${id}`, amount: String(12 + (id % 9)) }]);
  };
  const remove = (id: number) => setExpenses((all) => all.filter((expense) => expense.id !== id));
  return (
    <FormProvider>
      <button id="add" type="button" onClick={add}>
        Add
      </button>
      {expenses.map((expense) => (
        <ExpenseRow key={expense.id} expense={expense} onRemove={remove} />
      ))}
    </FormProvider>
  );
}

createRoot(document.getElementById('root')!).render(<Expenses />);

import { useReducer } from 'preact/hooks';

import { Toast } from './toast';

function reduce(toasts, action) {
  if (action.type === 'hide') return toasts.filter((toast) => toast.id !== action.id);
  return [...toasts, { id: action.id, text: `Saved ${action.id}` }];
}

let last = 0;

export function App() {
  const [toasts, dispatch] = useReducer(reduce, []);
  return (
    <main>
      <button id="next" onClick={() => dispatch({ type: 'show', id: ++last })}>
        Save
      </button>
      {toasts.map((toast) => (
        <Toast key={toast.id} toast={toast} onEnd={() => dispatch({ type: 'hide', id: toast.id })} />
      ))}
    </main>
  );
}

import { useState } from 'react';
import { createRoot } from 'react-dom/client';

import { OrderState } from './OrderState';
import { client } from './topicClient';

let last = 0;

function Orders() {
  const [order, setOrder] = useState('');
  const open = () => {
    const number = `A-${1000 + ++last}`;
    setOrder(number);
    queueMicrotask(() => client.receive(`orders/${number}/state`, 'packed', last % 60));
  };
  return (
    <main>
      <button id="open" onClick={open}>
        Open
      </button>
      <button id="close" onClick={() => setOrder('')}>
        Close
      </button>
      {order && <OrderState key={order} order={order} />}
    </main>
  );
}

createRoot(document.getElementById('root')!).render(<Orders />);

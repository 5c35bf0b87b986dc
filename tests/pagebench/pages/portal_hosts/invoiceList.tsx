import { useCallback, useState } from 'react';

import { invoices, type Invoice } from './invoices';
import { Modal } from './modal';

export function InvoiceList() {
  const [chosen, setChosen] = useState<Invoice | null>(null);
  const [opened, setOpened] = useState(0);
  const close = useCallback(() => setChosen(null), []);
  const open = () => {
    setChosen(invoices[opened % invoices.length]);
    setOpened(opened + 1);
  };
  return (
    <main>
      <button id="open" onClick={open}>
        Details
      </button>
      <ul>
        {invoices.slice(0, 20).map((invoice) => (
          <li key={invoice.number}>
            {invoice.number}: {invoice.total}
          </li>
        ))}
      </ul>
      {chosen && (
        <Modal title={`Invoice ${chosen.number}`} onClose={close}>
          <p>
            {chosen.customer}: {chosen.total}
          </p>
        </Modal>
      )}
    </main>
  );
}

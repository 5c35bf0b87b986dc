import { createRoot } from 'react-dom/client';

import { InvoiceList } from './invoiceList';

createRoot(document.getElementById('root')!).render(<InvoiceList />);

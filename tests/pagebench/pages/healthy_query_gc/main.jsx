import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';

import { Reception } from './reception';

const client = new QueryClient({ defaultOptions: { queries: { gcTime: 250, staleTime: 100, retry: false } } });

createRoot(document.getElementById('root')).render(
  <QueryClientProvider client={client}>
    <Reception />
  </QueryClientProvider>,
);

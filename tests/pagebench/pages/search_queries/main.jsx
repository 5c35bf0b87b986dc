import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';

import { client } from './client';
import { Search } from './search';

createRoot(document.getElementById('root')).render(
  <QueryClientProvider client={client}>
    <Search />
  </QueryClientProvider>,
);

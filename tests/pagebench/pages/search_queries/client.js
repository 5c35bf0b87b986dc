import { QueryClient } from '@tanstack/react-query';

export const client = new QueryClient({
  defaultOptions: { queries: { gcTime: Infinity, staleTime: 60_000, retry: false } },
});

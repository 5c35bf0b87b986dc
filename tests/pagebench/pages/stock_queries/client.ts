import { QueryClient } from '@tanstack/react-query';

/** Quotes of the past never change. */
export const client = new QueryClient({
  defaultOptions: { queries: { staleTime: Infinity, gcTime: Infinity, retry: false } },
});

import { useQuery } from '@tanstack/react-query';

import { fetchQuote } from './quotes';

export function QuoteCard({ symbol, asOf }: { symbol: string; asOf: number }) {
  const { data } = useQuery({ queryKey: ['quote', symbol, asOf], queryFn: () => fetchQuote(symbol, asOf) });
  return (
    <p>
      {symbol}: {data ? data.price : '…'}
    </p>
  );
}

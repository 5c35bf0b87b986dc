import { useEffect } from 'react';

export function useTicks(onTick) {
  useEffect(() => {
    setInterval(onTick, 10_000);
  }, []);
}

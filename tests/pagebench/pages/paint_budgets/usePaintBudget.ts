import { useEffect, useState } from 'react';

/** How many long tasks there were while a board was shown. */
export function usePaintBudget(board: string, budget: number) {
  const [slow, setSlow] = useState(0);

  useEffect(() => {
    const observer = new PerformanceObserver((list) => {
      const late = list.getEntries().filter((entry) => entry.duration > budget);
      if (late.length > 0) {
        performance.clearMeasures(board);
        setSlow((count) => count + late.length);
      }
    });
    observer.observe({ type: 'longtask', buffered: false });
  }, [board, budget]);

  return slow;
}

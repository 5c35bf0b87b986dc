"""heapnb gives the numbers of the DevTools engine."""

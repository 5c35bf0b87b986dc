"""heapnb."""

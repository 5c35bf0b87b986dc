import heapnb from "./index.cjs";

export const { expectNoLeak, HeapLeakError } = heapnb;

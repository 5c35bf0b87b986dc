import { useCallback, useRef } from 'react';

/** The elements of rows, to scroll to one of them. */
export function useRowRefs() {
  const rows = useRef(new Map<number, HTMLLIElement>());

  const rowRef = useCallback(
    (id: number) => (element: HTMLLIElement | null) => {
      if (element) rows.current.set(id, element);
    },
    [],
  );
  const scrollTo = useCallback((id: number) => rows.current.get(id)?.scrollIntoView(), []);
  return { rowRef, scrollTo };
}

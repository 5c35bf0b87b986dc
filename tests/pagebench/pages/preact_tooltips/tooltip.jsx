import { useLayoutEffect, useRef } from 'preact/hooks';

import { place } from './placement';

export function Tooltip({ tip }) {
  const element = useRef(null);
  useLayoutEffect(() => place(tip.id, element.current), [tip]);
  return (
    <aside ref={element}>
      <b>{tip.text}</b>
      <p>Press F1 to learn more.</p>
    </aside>
  );
}

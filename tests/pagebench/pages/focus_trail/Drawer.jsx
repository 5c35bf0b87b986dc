import { useEffect, useRef } from 'preact/hooks';

import { enter, leave } from './focusTrail';

export function Drawer({ topic, onClose }) {
  const panel = useRef(null);

  useEffect(() => enter(panel.current), []);

  const onKeyDown = ({ key }) => {
    if (key !== 'Escape') return;
    leave();
    onClose();
  };

  return (
    <aside ref={panel} tabIndex={-1} onKeyDown={onKeyDown}>
      <h2>{topic}</h2>
      <label>
        Level <input type="range" />
      </label>
      <button id="close" onClick={onClose}>
        Close
      </button>
    </aside>
  );
}

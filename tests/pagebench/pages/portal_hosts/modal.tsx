import { useEffect, type ReactNode } from 'react';
import { createPortal } from 'react-dom';

import { usePortalHost } from './usePortalHost';

type ModalProps = { title: string; onClose: () => void; children: ReactNode };

export function Modal({ title, onClose, children }: ModalProps) {
  const host = usePortalHost('modal');
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => event.key === 'Escape' && onClose();
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [onClose]);
  return createPortal(
    <section role="dialog" aria-label={title}>
      <h2>{title}</h2>
      {children}
      <button id="close" onClick={onClose}>
        Close
      </button>
    </section>,
    host,
  );
}

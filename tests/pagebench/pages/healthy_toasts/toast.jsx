import { useEffect } from 'preact/hooks';

export function Toast({ toast, onEnd }) {
  useEffect(() => {
    const timer = setTimeout(onEnd, 120);
    return () => clearTimeout(timer);
  }, []);
  return <p>{toast.text}</p>;
}

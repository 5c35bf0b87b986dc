import { useEffect, useRef, useState } from 'react';

export function Room({ name }) {
  const element = useRef(null);
  const [width, setWidth] = useState(0);
  const [minutes, setMinutes] = useState(0);

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry.contentRect.width)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const timer = setInterval(() => setMinutes((before) => before + 1), 60_000);
    const onKey = (event) => event.key === 'r' && setMinutes(0);
    window.addEventListener('keydown', onKey);
    return () => {
      clearInterval(timer);
      window.removeEventListener('keydown', onKey);
    };
  }, []);

  return (
    <section ref={element}>
      <h2>{name}</h2>
      <p>
        {width} px, {minutes} minutes
      </p>
    </section>
  );
}

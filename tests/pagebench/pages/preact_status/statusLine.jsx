import { useEffect, useState } from 'preact/hooks';

export function StatusLine({ device }) {
  const [isOnline, setOnline] = useState(true);
  const history = [`device ${device} seen`];

  useEffect(() => {
    window.addEventListener('offline', () => {
      history.push('went offline');
      setOnline(false);
    });
  }, []);

  return (
    <p>
      Device {device}: {isOnline ? 'online' : 'offline'} ({history.length})
    </p>
  );
}

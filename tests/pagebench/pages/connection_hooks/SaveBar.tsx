import { useConnection } from './useConnection';

export function SaveBar({ name }: { name: string }) {
  const state = useConnection();
  return (
    <footer>
      <b>{name}</b> {state === 'online' ? 'is saved as you type' : 'will be saved later'}
    </footer>
  );
}

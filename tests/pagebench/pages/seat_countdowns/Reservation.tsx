import { useCountdown } from './useCountdown';

export function Reservation({ seat }: { seat: number }) {
  const seconds = useCountdown(seat);
  return (
    <p>
      Seat {seat} is yours for {seconds} seconds.
    </p>
  );
}

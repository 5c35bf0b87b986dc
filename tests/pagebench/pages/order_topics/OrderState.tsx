import { useTopic } from './useTopic';

export function OrderState({ order }: { order: string }) {
  const { state, since } = useTopic(`orders/${order}/state`);
  return (
    <section>
      <h2>{order}</h2>
      <p>
        {state} for {since} minutes
      </p>
    </section>
  );
}

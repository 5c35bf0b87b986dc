import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { basket } from './basket';

export function BasketBadge() {
  const badge = useRef(null);
  useEffect(() => {
    const element = badge.current;
    effect(() => {
      element.setAttribute('data-count', String(basket.value.length));
    });
  }, []);
  return <span ref={badge}>Basket</span>;
}

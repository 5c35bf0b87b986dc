import { memo } from 'preact/compat';

import type { Message } from './conversation';

export const Bubble = memo(({ message }: { message: Message }) => (
  <li>
    <b>{message.author}</b> <span>{message.text}</span>
  </li>
));

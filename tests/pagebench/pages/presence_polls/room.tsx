import { useEffect, useState } from 'preact/hooks';

import { PresencePoller } from './presencePoller';
import type { Member } from './presenceService';

export function Room({ name }: { name: string }) {
  const [members, setMembers] = useState<Member[]>([]);

  useEffect(() => {
    const poller = new PresencePoller(name, setMembers);
    poller.start();
    return () => poller.stop();
  }, [name]);

  return (
    <section>
      <h2>{name}</h2>
      <ul>
        {members.map((member) => (
          <li key={member.name}>
            {member.name} {member.isTyping && '…'}
          </li>
        ))}
      </ul>
    </section>
  );
}

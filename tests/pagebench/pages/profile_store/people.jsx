import { useState } from 'react';

import { Profile } from './profile';

export function People() {
  const [person, setPerson] = useState(0);
  const [last, setLast] = useState(0);
  return (
    <main>
      <button
        id="open"
        onClick={() => {
          setPerson(last + 1);
          setLast(last + 1);
        }}
      >
        Open
      </button>
      <button id="close" onClick={() => setPerson(0)}>
        Close
      </button>
      {person > 0 && <Profile key={person} person={person} />}
    </main>
  );
}

import { render } from 'preact';
import { useState } from 'preact/hooks';

import { Room } from './room';

let last = 0;

function Rooms() {
  const [name, setName] = useState('');
  return (
    <main>
      <button id="open" onClick={() => setName(`Room ${++last}`)}>
        Enter
      </button>
      <button id="close" onClick={() => setName('')}>
        Leave
      </button>
      {name && <Room key={name} name={name} />}
    </main>
  );
}

render(<Rooms />, document.getElementById('root')!);

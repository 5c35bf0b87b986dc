import { render } from 'preact';
import { useState } from 'preact/hooks';

import { Drawer } from './Drawer';

const TOPICS = ['Sound', 'Display', 'Privacy'];
let opened = 0;

function Settings() {
  const [topic, setTopic] = useState(null);
  return (
    <>
      <button id="open" onClick={() => setTopic(TOPICS[opened++ % TOPICS.length])}>
        Change
      </button>
      {topic && <Drawer topic={topic} onClose={() => setTopic(null)} />}
    </>
  );
}

render(<Settings />, document.getElementById('root'));

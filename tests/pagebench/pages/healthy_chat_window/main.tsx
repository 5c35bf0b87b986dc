import { render } from 'preact';
import { useReducer, useRef } from 'preact/hooks';

import { Bubble } from './bubble';
import { receive } from './conversation';

const AUTHORS = ['Visitor', 'Support'];

function Chat() {
  const [messages, dispatch] = useReducer(receive, []);
  const last = useRef(0);
  const next = () => {
    const id = ++last.current;
    dispatch({ id, author: AUTHORS[id % 2], text: `Message ${id}` });
  };
  return (
    <main>
      <button id="next" onClick={next}>
        Next
      </button>
      <ol>
        {messages.map((message) => (
          <Bubble key={message.id} message={message} />
        ))}
      </ol>
    </main>
  );
}

render(<Chat />, document.getElementById('root')!);

import { useState } from 'react';
import { createRoot } from 'react-dom/client';

import { FeedbackForm } from './FeedbackForm';

let last = 0;

function App() {
  const [form, setForm] = useState('');
  return (
    <>
      <button id="open" onClick={() => setForm(`feedback-${++last}`)}>
        Write
      </button>
      <button id="close" onClick={() => setForm('')}>
        Send
      </button>
      {form && <FeedbackForm key={form} name={form} />}
    </>
  );
}

createRoot(document.getElementById('root')!).render(<App />);

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { Rooms } from './rooms';

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <Rooms />
  </StrictMode>,
);

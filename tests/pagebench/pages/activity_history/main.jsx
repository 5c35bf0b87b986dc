import { createRoot } from 'react-dom/client';

import { ActivityProvider } from './activity';
import { Toolbar } from './toolbar';

createRoot(document.getElementById('root')).render(
  <ActivityProvider>
    <Toolbar />
  </ActivityProvider>,
);

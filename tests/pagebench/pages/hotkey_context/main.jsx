import { createRoot } from 'react-dom/client';

import { HotkeyProvider } from './hotkeys';
import { Workspace } from './workspace';

createRoot(document.getElementById('root')).render(
  <HotkeyProvider>
    <Workspace />
  </HotkeyProvider>,
);

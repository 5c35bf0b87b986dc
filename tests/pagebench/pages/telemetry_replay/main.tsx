import { createRoot } from 'react-dom/client';

import { ControlRoom } from './controlRoom';

createRoot(document.getElementById('root')!).render(<ControlRoom />);

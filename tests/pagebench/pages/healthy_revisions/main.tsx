import { createRoot } from 'react-dom/client';

import { Sketch } from './sketch';

createRoot(document.getElementById('root')!).render(<Sketch />);

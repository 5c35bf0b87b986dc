import { createRoot } from 'react-dom/client';

import { Board } from './board';

createRoot(document.getElementById('root')).render(<Board />);

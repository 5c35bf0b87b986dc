import { createRoot } from 'react-dom/client';

import { Manual } from './manual';

createRoot(document.getElementById('root')).render(<Manual />);

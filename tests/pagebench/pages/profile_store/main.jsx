import { createRoot } from 'react-dom/client';

import { People } from './people';

createRoot(document.getElementById('root')).render(<People />);

import { createRoot } from 'react-dom/client';

import { Auctions } from './auctions';

createRoot(document.getElementById('root')).render(<Auctions />);

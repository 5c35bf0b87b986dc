import { createRoot } from 'react-dom/client';

import { TaskList } from './TaskList';

createRoot(document.getElementById('root')!).render(<TaskList />);

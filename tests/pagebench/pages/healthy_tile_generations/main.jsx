import { render } from 'preact';

import { Atlas } from './atlas';

render(<Atlas />, document.getElementById('root'));

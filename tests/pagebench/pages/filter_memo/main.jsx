import { render } from 'preact';

import { TicketBoard } from './ticketBoard';

render(<TicketBoard />, document.getElementById('root'));

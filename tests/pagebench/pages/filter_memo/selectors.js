const answers = {};

/** Tickets that a filter lets through, counted by owner; the same answer for the same filter. */
export function selectTickets(tickets, filter) {
  const key = JSON.stringify(filter);
  answers[key] ??= answer(tickets, filter);
  return answers[key];
}

function answer(tickets, { owner, isOpen, until }) {
  const found = tickets
    .filter((ticket) => ticket.isOpen === isOpen && ticket.opened < until)
    .filter((ticket) => !owner || ticket.owner === owner);
  const byOwner = Object.groupBy(found, (ticket) => ticket.owner);
  return { found, byOwner };
}

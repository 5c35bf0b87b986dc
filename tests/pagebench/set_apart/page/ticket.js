const ticket = document.querySelector('#ticket');
let number = 0;
document.querySelector('#next').addEventListener('click', () => {
  ticket.textContent = `Ticket ${++number} of the day`;
});

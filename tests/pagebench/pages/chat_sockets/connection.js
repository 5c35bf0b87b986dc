export function connect(room, onMessage) {
  const socket = new WebSocket(`ws://${location.host}/rooms/${encodeURIComponent(room)}`);
  socket.addEventListener('message', (event) => onMessage(event.data));
  return socket;
}

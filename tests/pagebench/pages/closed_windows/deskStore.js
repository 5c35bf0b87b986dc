import { createStore } from 'solid-js/store';

const [desk, setDesk] = createStore({ windows: [], colour: 'sand' });
let nextId = 1;

export const shownWindows = () => desk.windows.filter(({ isOpen }) => isOpen);

export function openWindow(title) {
  const id = nextId++;
  setDesk('windows', desk.windows.length, { id, title, isOpen: true, x: (id * 17) % 300, y: (id * 11) % 200 });
}

export function closeWindow(id) {
  setDesk('windows', (one) => one.id === id, 'isOpen', false);
}

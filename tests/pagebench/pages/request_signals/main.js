import { ApiClient } from './apiClient.js';

const client = new ApiClient();
const list = document.querySelector('ul');
const depots = Array.from({ length: 110 }, (_, place) => ({ code: `D${place}`, gates: [place % 3, place % 5] }));

document.querySelector('#load').addEventListener('click', async () => {
  const parcels = await client.getJson('/api/parcels.json');
  const again = await client.getJson('/api/parcels.json', { patience: 800 });
  const lines = [...parcels, ...again].map(({ id, to }) => {
    const line = document.createElement('li');
    line.textContent = `${id}: ${to}, ${depots[id].code}`;
    return line;
  });
  list.replaceChildren(...lines);
});

import { currentWeather } from './weather.js';

const text = document.querySelector('p');
document.querySelector('#next').addEventListener('click', async () => {
  const { temperature } = await currentWeather();
  text.textContent = `${temperature} degrees`;
});

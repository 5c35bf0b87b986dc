export async function currentWeather() {
  const response = await fetch('/weather.json', { cache: 'no-store' });
  return response.json();
}

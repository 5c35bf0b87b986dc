// One unit: somebody asks for the weather. The weather service is here, too, and leaves its one connection open.

import { once } from 'node:events';
import http from 'node:http';

const STATIONS = ['north', 'east', 'south', 'west', 'harbour', 'airport', 'hill', 'centre'];
const SKIES = ['clear', 'cloudy', 'rain', 'fog'];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

const service = http.createServer((request, response) => {
  const station = new URL(request.url, 'http://service.example').searchParams.get('station');
  response.end(JSON.stringify(HOURS.map((hour) => ({ at: `${hour}:00`, sky: SKIES[hour % 4], station }))));
});
service.keepAliveTimeout = 0;

/** The port on which the program will find the service that it asks. */
export async function prepareService() {
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  return service.address().port;
}

export async function work(unit, { request }) {
  await request('GET', `/weather?station=${STATIONS[unit % STATIONS.length]}`);
}

export function finish() {
  service.close();
  service.closeAllConnections();
}

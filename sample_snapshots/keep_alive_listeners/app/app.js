'use strict';

const http = require('node:http');
const { ForecastProvider } = require('./lib/forecastProvider');

const provider = new ForecastProvider({ host: '127.0.0.1', port: Number(process.argv[3]) });
const latest = new Map(); // station → forecast; there are eight stations

const server = http.createServer(async (request, response) => {
  const station = new URL(request.url, 'http://weather.example').searchParams.get('station');
  const forecast = await provider.forecast(station);
  latest.set(station, forecast);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ station, forecast, dropped: provider.dropped }));
});

server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));

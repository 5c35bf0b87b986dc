// An ES module, started by `npm start`: a listener for each request is never removed.
import { EventEmitter } from "node:events";
import http from "node:http";

const prices = new EventEmitter().setMaxListeners(0);

http
  .createServer((request, response) => {
    const order = { url: request.url, lines: new Array(100).fill(1.5) };
    prices.on("change", () => order.lines.length);
    response.end("subscribed");
  })
  .listen(process.env.PORT, "127.0.0.1");

"use strict";
// Two workers share one port; each keeps what it answers.
const cluster = require("node:cluster");
const http = require("node:http");

class Receipt {
  constructor(url) {
    this.url = url;
    this.data = new Array(100).fill(1.5);
  }
}

if (cluster.isPrimary) {
  for (let i = 0; i < 2; i++) cluster.fork();
} else {
  const receipts = [];
  http
    .createServer((request, response) => {
      receipts.push(new Receipt(request.url));
      response.end("printed");
    })
    .listen(process.env.PORT, "127.0.0.1");
}

"use strict";
// Keeps a session for each request. POST bodies are kept, too.
const http = require("node:http");

class Session {
  constructor(url, body) {
    this.url = url;
    this.body = body;
    this.data = new Array(100).fill(1.5);
  }
}
const sessions = new Map();

const server = http.createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    sessions.set(`${request.method} ${request.url} ${sessions.size}`, new Session(request.url, body));
    response.end("kept");
  });
});
server.listen(process.env.PORT, "127.0.0.1", () => console.log("listening"));

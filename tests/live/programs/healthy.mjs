// Works with a session for each request, and keeps none.
import http from "node:http";

class Session {
  constructor(url) {
    this.url = url;
    this.data = new Array(100).fill(1.5);
  }
}

const server = http.createServer((request, response) => {
  response.end(String(new Session(request.url).data.length));
});
server.listen(process.env.PORT, "127.0.0.1");

class Settings { constructor() { this.name = 'settings of the program'; } }
class View { constructor(i) { this.text = `view ${i} `.repeat(30); } }
class Request { constructor(i) { this.url = `/requests/${i}`; this.views = new WeakMap(); } }
const settings = new Settings();
const requests = new Set();
function unit(i) { const request = new Request(i); request.views.set(settings, new View(i)); requests.add(request); }

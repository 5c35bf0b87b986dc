class Upload { constructor(i) { this.file = `file ${i}`; } }
class Uploads { #open = new Set(); start(i) { this.#open.add(new Upload(i)); } }
const uploads = new Uploads();
function unit(i) { uploads.start(i); }

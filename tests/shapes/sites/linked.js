class Version { constructor(i, previous) { this.text = `version ${i}`; this.previous = previous; } }
let current = null;
function unit(i) { current = new Version(i, current); }
